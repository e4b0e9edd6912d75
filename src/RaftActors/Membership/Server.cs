namespace RaftActors.Membership;

/// <summary>A server of a configuration, voter or learner: a member and the store that it is bound to.</summary>
/// <param name="Id">The member id.</param>
/// <param name="Address">The address of the member's node: <see cref="Membership.Member.Address"/>.</param>
/// <param name="StoreId">
/// The identity of the member's store; empty as long as it is not known. A message of the member from another store
/// does not count.
/// </param>
/// <param name="Priority">The priority as leader.</param>
internal sealed record Server(string Id, string Address, string StoreId, int Priority = 0)
{
    /// <summary>Whether the member is bound to a store.</summary>
    public bool IsBound => StoreId.Length > 0;

    /// <summary>The server in the form of the public API.</summary>
    public Member Member => new(Id, Address) { Priority = Priority };

    /// <summary>The server of a member whose store is not known.</summary>
    public static Server Of(Member member) => new(member.Id, member.Address, "", member.Priority);
}
