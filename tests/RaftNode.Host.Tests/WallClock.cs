namespace RaftNode.Host.Tests;

/// <summary>A wall clock that is set, and does not run.</summary>
internal sealed class WallClock : TimeProvider
{
    private DateTimeOffset _now = Noon;

    /// <summary>What the clock shows at first.</summary>
    public static DateTimeOffset Noon { get; } = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Sets the clock.</summary>
    /// <param name="milliseconds">The time after noon, in milliseconds.</param>
    public void Set(double milliseconds) => Set(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>Sets the clock.</summary>
    /// <param name="afterNoon">The time after noon.</param>
    public void Set(TimeSpan afterNoon) => _now = Noon + afterNoon;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;
}
