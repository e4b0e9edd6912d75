using RaftActors.Replication;

namespace RaftActors.Membership;

/// <summary>A voter of a configuration: a member bound to its store.</summary>
/// <param name="Id">The member's name.</param>
/// <param name="Address">Where its node listens, <c>host:port</c>.</param>
/// <param name="StoreId">The identity of its store; empty as long as it is not known. Nothing that a member says under another identity counts.</param>
internal sealed record Voter(string Id, string Address, string StoreId)
{
    /// <summary>Whether the member is bound to a store.</summary>
    public bool IsBound => StoreId.Length > 0;

    /// <summary>The voter as it is shown outside.</summary>
    public Member Member { get; } = new(Id, Address);
}

/// <summary>The voters of a group, as an entry of its log says.</summary>
internal sealed class Configuration : IEquatable<Configuration>
{
    private readonly Voter[] _voters;

    /// <summary>Creates a configuration.</summary>
    /// <param name="voters">The voters; at least one, no id twice.</param>
    public Configuration(IEnumerable<Voter> voters)
    {
        _voters = [.. voters];
        Array.Sort(_voters, static (a, b) => string.CompareOrdinal(a.Id, b.Id));
    }

    /// <summary>The voters, ordered by id.</summary>
    public ReadOnlySpan<Voter> Voters => _voters;

    /// <summary>How many votes are a majority.</summary>
    public int Majority => Quorum.Of(_voters.Length);

    /// <summary>The configuration that settings describe: no store is known yet.</summary>
    public static Configuration Of(IReadOnlyList<Member> members)
    {
        var voters = new Voter[members.Count];
        for (int i = 0; i < voters.Length; i++)
            voters[i] = new Voter(members[i].Id, members[i].Address, "");
        return new Configuration(voters);
    }

    /// <summary>The voter of that name, or <c>null</c>.</summary>
    public Voter? Find(string id)
    {
        foreach (var voter in _voters)
            if (voter.Id == id)
                return voter;
        return null;
    }

    /// <summary>Whether a member is a voter under the store that it says it has.</summary>
    public bool Counts(string id, string storeId) => Find(id) is { IsBound: true } voter && voter.StoreId == storeId;

    /// <summary>The same voters, one of them bound to a store.</summary>
    public Configuration Binding(string id, string storeId)
    {
        var voters = new List<Voter>(_voters.Length);
        foreach (var voter in _voters)
            voters.Add(voter.Id == id ? voter with { StoreId = storeId } : voter);
        return new Configuration(voters);
    }

    /// <summary>The voters as they are shown outside.</summary>
    public IReadOnlyList<Member> Members() => Array.ConvertAll(_voters, static voter => voter.Member);

    /// <inheritdoc/>
    public bool Equals(Configuration? other) => other is not null && _voters.AsSpan().SequenceEqual(other._voters);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Configuration);

    /// <inheritdoc/>
    public override int GetHashCode() => _voters.Length > 0 ? _voters[0].GetHashCode() : 0;

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _voters.Select(static voter => $"{voter.Id}@{voter.Address}#{voter.StoreId}"));
}
