namespace RaftActors.Membership;

/// <summary>A server of a configuration, voter or learner: a member bound to its store.</summary>
/// <param name="Id">The member's name.</param>
/// <param name="Address">Where its node listens: <see cref="Membership.Member.Address"/>.</param>
/// <param name="StoreId">
/// The identity of its store; empty as long as it is not known. Nothing that a member says under another identity
/// counts.
/// </param>
/// <param name="Priority">How much it is wanted as the leader.</param>
internal sealed record Server(string Id, string Address, string StoreId, int Priority = 0)
{
    /// <summary>Whether the member is bound to a store.</summary>
    public bool IsBound => StoreId.Length > 0;

    /// <summary>The server as it is shown outside.</summary>
    public Member Member => new(Id, Address) { Priority = Priority };

    /// <summary>A member whose store is not known.</summary>
    public static Server Of(Member member) => new(member.Id, member.Address, "", member.Priority);
}
