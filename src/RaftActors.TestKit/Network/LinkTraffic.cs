namespace RaftActors.TestKit;

/// <summary>The traffic of one or more links up to a moment.</summary>
/// <param name="Messages">The number of messages sent.</param>
/// <param name="Bytes">The bytes of these messages, serialized as for the wire, without framing.</param>
/// <param name="Lost">The number of these messages that did not arrive.</param>
public readonly record struct LinkTraffic(long Messages, long Bytes, long Lost)
{
    /// <summary>Adds the traffic of links.</summary>
    /// <param name="left">The traffic of some links.</param>
    /// <param name="right">The traffic of other links.</param>
    public static LinkTraffic operator +(LinkTraffic left, LinkTraffic right) =>
        new(left.Messages + right.Messages, left.Bytes + right.Bytes, left.Lost + right.Lost);

    /// <summary>The traffic since an earlier moment.</summary>
    /// <param name="left">The traffic up to the later moment.</param>
    /// <param name="right">The traffic up to the earlier moment.</param>
    public static LinkTraffic operator -(LinkTraffic left, LinkTraffic right) =>
        new(left.Messages - right.Messages, left.Bytes - right.Bytes, left.Lost - right.Lost);
}
