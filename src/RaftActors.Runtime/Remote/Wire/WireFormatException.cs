namespace Akka.Remote.Wire;

/// <summary>Bytes that are not what the protocol allows. The connection they came over is given up.</summary>
internal sealed class WireFormatException(string message) : Exception(message);
