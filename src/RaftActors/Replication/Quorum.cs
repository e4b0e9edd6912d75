namespace RaftActors.Replication;

/// <summary>The arithmetic of majorities.</summary>
internal static class Quorum
{
    /// <summary>The number of voters that are a majority.</summary>
    public static int Of(int voters) => (voters / 2) + 1;

    /// <summary>
    /// The largest value that a majority has reached. With the voters' match indexes, the last index that is on a
    /// majority.
    /// </summary>
    /// <param name="values">One value for each voter. The values are reordered.</param>
    public static long Reached(Span<long> values)
    {
        if (values.IsEmpty)
            return 0;
        values.Sort();
        return values[values.Length - Of(values.Length)];
    }
}
