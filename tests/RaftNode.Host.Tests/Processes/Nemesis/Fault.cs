namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>Something that is done to a cluster for a while.</summary>
/// <param name="Name">What, in words.</param>
/// <param name="Begin">Does it.</param>
/// <param name="End">Undoes it.</param>
/// <param name="MayEnd">A node whose process may end of it.</param>
internal sealed record Fault(string Name, Func<Task> Begin, Func<Task> End, int? MayEnd = null);
