namespace RaftActors.TestKit;

/// <summary>What went over a link, or over several, up to a moment.</summary>
/// <param name="Messages">How many messages were sent.</param>
/// <param name="Bytes">Their bytes, serialized as for the wire, without framing.</param>
/// <param name="Lost">How many of the messages did not arrive.</param>
public readonly record struct LinkTraffic(long Messages, long Bytes, long Lost)
{
    /// <summary>The sum of two.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static LinkTraffic operator +(LinkTraffic left, LinkTraffic right) =>
        new(left.Messages + right.Messages, left.Bytes + right.Bytes, left.Lost + right.Lost);

    /// <summary>What went over since an earlier moment.</summary>
    /// <param name="left">The later.</param>
    /// <param name="right">The earlier.</param>
    public static LinkTraffic operator -(LinkTraffic left, LinkTraffic right) =>
        new(left.Messages - right.Messages, left.Bytes - right.Bytes, left.Lost - right.Lost);
}
