namespace RaftActors.Linearizability;

/// <summary>Which completed operations have taken effect, and the state after them.</summary>
/// <remarks>
/// All operations that were answered before the first remaining return have taken effect, and none that was called
/// after that return has. So that return and the remaining calls before it say which operations have taken effect.
/// These are few numbers, however long the history is.
/// </remarks>
internal readonly struct Situation : IEquatable<Situation>
{
    private readonly int[] _left;
    private readonly int _hash;

    /// <param name="left">
    /// The number of the state, the first remaining return, and the remaining calls before that return.
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
