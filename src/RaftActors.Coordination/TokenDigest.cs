namespace RaftActors.Coordination;

/// <summary>
/// A short digest of a set of tokens. By its digest, a process and the table find out whether they know the same
/// leases. The digest of a set is the sum of the digests of its tokens, so adding or removing a token costs little.
/// </summary>
internal static class TokenDigest
{
    /// <summary>
    /// The digest of one token. The bits of the token are mixed, so that the sums of different sets differ.
    /// </summary>
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
