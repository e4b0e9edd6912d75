namespace RaftActors.Membership;

/// <summary>A server of the group: its member id and its address.</summary>
/// <param name="Id">
/// The member id, unique in the group. Remove the member before you use its id with another disk.
/// </param>
/// <param name="Address">
/// The address of the member's node: <c>host:port</c>, as in <c>akka.remote.dot-netty.tcp</c>, or
/// <c>system@host:port</c> with the name of the node's actor system. Without a name, the node's actor system has the
/// same name as that of the address's reader.
/// </param>
public sealed record Member(string Id, string Address)
{
    /// <summary>
    /// The priority as leader, 0 or more. A leader transfers its leadership to a member of higher priority that has
    /// caught up. Priorities have no part in elections. 0 where a member is only named, such as the leader in an
    /// answer.
    /// </summary>
    public int Priority { get; init; }
}
