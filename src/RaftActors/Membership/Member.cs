namespace RaftActors.Membership;

/// <summary>A server of the group, by its name and where it is.</summary>
/// <param name="Id">
/// The member's name, unique in its group, never reused for another disk without being removed first.
/// </param>
/// <param name="Address">
/// Where its node listens: <c>host:port</c>, as in <c>akka.remote.dot-netty.tcp</c>, or <c>system@host:port</c> with
/// the name of its actor system. Without a name it is that of the actor system of whoever reads the address.
/// </param>
public sealed record Member(string Id, string Address)
{
    /// <summary>
    /// How much the member is wanted as the leader, at least 0: once it has caught up, a leader of lower priority hands
    /// over to it. It has no part in elections. 0 where a server is only named, as the leader in an answer.
    /// </summary>
    public int Priority { get; init; }
}
