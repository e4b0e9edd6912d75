namespace RaftActors.Coordination;

/// <summary>
/// A short form of a set of tokens, by which a process and the table find out whether they know the same leases. The
/// digest of a set is the sum of those of its tokens, so it changes with each token at little cost.
/// </summary>
internal static class TokenDigest
{
    /// <summary>The digest of one token: its bits are mixed, so that sums of different tokens differ.</summary>
    public static ulong Of(long token)
    {
        unchecked
        {
            ulong mixed = (ulong)token + 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
