namespace RaftActors.Replication;

/// <summary>Arithmetic of majorities.</summary>
internal static class Quorum
{
    /// <summary>How many of so many voters are a majority.</summary>
    public static int Of(int voters) => (voters / 2) + 1;

    /// <summary>
    /// The largest value that a majority has reached or passed: with the voters' match indexes, the index that is on a
    /// majority.
    /// </summary>
    /// <param name="values">One value a voter; reordered.</param>
    public static long Reached(Span<long> values)
    {
        if (values.IsEmpty)
            return 0;
        values.Sort();
        return values[values.Length - Of(values.Length)];
    }
}
