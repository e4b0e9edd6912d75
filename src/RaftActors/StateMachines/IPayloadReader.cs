using RaftActors.Log;

namespace RaftActors.StateMachines;

/// <summary>
/// A state machine that decodes its own commands. The payload of an entry is a part of what a follower received. A
/// serializer of Akka.NET needs an array of its own, so the payload would be copied for it.
/// </summary>
internal interface IPayloadReader
{
    /// <summary>
    /// Decodes a command. The command keeps none of the bytes of the payload, because they are a small part of many.
    /// </summary>
    /// <returns>The command; <c>null</c> if it is to be decoded as for any other state machine.</returns>
    /// <exception cref="Exception">The bytes are not such a command.</exception>
    object? TryDecode(Payload payload);
}
