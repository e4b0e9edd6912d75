using RaftActors.Cluster.Protocol;

// The generated types are messages of Akka.NET as they are.
namespace RaftActors.Cluster.Wire;

internal sealed partial class Contact : IClusterMessage;

internal sealed partial class ContactAnswer : IClusterMessage;

internal sealed partial class UnknownGroup : IClusterMessage;

internal sealed partial class Leave : IClusterMessage;

internal sealed partial class LeaveAnswer : IClusterMessage;

internal sealed partial class FoundingAgreed : IClusterMessage;
