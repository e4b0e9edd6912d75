namespace RaftActors;

/// <summary>The one source of randomness of a peer.</summary>
internal static class Randomness
{
    /// <summary>
    /// The source of a peer: unpredictable, or from the seed in its settings. Members with the same seed get different
    /// sources. Otherwise all elections would be split votes.
    /// </summary>
    public static Random For(RaftSettings settings)
    {
        if (settings.RandomSeed is not { } seed)
            return new Random();
        uint hash = 2166136261;
        foreach (char c in settings.PersistenceId)
            hash = (hash ^ c) * 16777619;
        return new Random(seed ^ (int)hash);
    }

    /// <summary>A random time between two, evenly distributed.</summary>
    public static TimeSpan Between(this Random random, TimeSpan least, TimeSpan most) =>
        least + ((most - least) * random.NextDouble());

    /// <summary>A random identity for a new store or group: 128 bits.</summary>
    public static string NewIdentity(this Random random, RaftSettings settings)
    {
        if (settings.RandomSeed is null)
            return Guid.NewGuid().ToString("N");
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
