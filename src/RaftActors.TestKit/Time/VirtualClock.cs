namespace RaftActors.TestKit.Time;

/// <summary>The wall clock of a cluster: virtual time since a fixed day, so that log time too can be repeated.</summary>
internal sealed class VirtualClock(VirtualWorld world) : TimeProvider
{
    public static readonly DateTimeOffset Epoch = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Epoch + world.Now;
}
