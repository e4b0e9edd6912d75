namespace RaftActors.TestKit;

/// <summary>
/// The faults of the links between the peers of a <see cref="RaftCluster"/>. For each message, the faults are drawn
/// anew from the cluster's seed.
/// </summary>
public sealed record LinkFaults
{
    /// <summary>
    /// No message is lost. Messages from one peer to another arrive in order, 0.2 to 1 ms after they were sent.
    /// </summary>
    public static LinkFaults None { get; } = new();

    /// <summary>One in ten messages is lost. The others take up to 27 ms and may overtake each other.</summary>
    public static LinkFaults Unreliable { get; } =
        new() { Loss = 0.1, MinDelay = TimeSpan.Zero, MaxDelay = TimeSpan.FromMilliseconds(27), InOrder = false };

    /// <summary>
    /// As <see cref="Unreliable"/>, but two in three of the messages that arrive take 0.2 to 2.2 s more.
    /// </summary>
    public static LinkFaults VeryUnreliable { get; } = Unreliable with
    {
        LongDelay = 0.66,
        MinLongDelay = TimeSpan.FromMilliseconds(200),
        MaxLongDelay = TimeSpan.FromMilliseconds(2200),
    };

    /// <summary>The probability that a message is lost.</summary>
    public double Loss { get; init; }

    /// <summary>The probability that a message arrives twice.</summary>
    public double Duplication { get; init; }

    /// <summary>The shortest time a message takes.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromMilliseconds(0.2);

    /// <summary>The longest time a message takes.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Whether messages from one peer to another arrive in the order in which they were sent.</summary>
    public bool InOrder { get; init; } = true;

    /// <summary>
    /// The probability that a message takes longer, by <see cref="MinLongDelay"/> to <see cref="MaxLongDelay"/>.
    /// </summary>
    public double LongDelay { get; init; }

    /// <summary>The shortest additional time of a message that takes longer.</summary>
    public TimeSpan MinLongDelay { get; init; }

    /// <summary>The longest additional time of a message that takes longer.</summary>
    public TimeSpan MaxLongDelay { get; init; }

    /// <summary>Draws how long a message takes.</summary>
    internal TimeSpan DrawDelay(Random random)
    {
        var delay = DrawShortDelay(random);
        if (LongDelay > 0 && random.NextDouble() < LongDelay)
            delay += MinLongDelay + ((MaxLongDelay - MinLongDelay) * random.NextDouble());
        return delay;
    }

    /// <summary>Draws how long a message takes that is not one of those that take longer.</summary>
    internal TimeSpan DrawShortDelay(Random random) => MinDelay + ((MaxDelay - MinDelay) * random.NextDouble());
}
