namespace RaftActors.Linearizability;

/// <summary>Which completed operations have taken effect, and the state after them.</summary>
/// <remarks>
/// All operations answered before the first return that is left have taken effect and none called after it has, so that
/// return and the calls before it that are left say which have: a few numbers however long the history.
/// </remarks>
internal readonly struct Situation : IEquatable<Situation>
{
    private readonly int[] _left;
    private readonly int _hash;

    /// <param name="left">
    /// The number of the state, the first return that is left, and the calls before it that are left.
    /// </param>
    public Situation(ReadOnlySpan<int> left)
    {
        _left = left.ToArray();
        var hash = new HashCode();
        foreach (var entry in left)
            hash.Add(entry);
        _hash = hash.ToHashCode();
    }

    public bool Equals(Situation other) => _hash == other._hash && _left.AsSpan().SequenceEqual(other._left);

    public override bool Equals(object? obj) => obj is Situation other && Equals(other);

    public override int GetHashCode() => _hash;
}
