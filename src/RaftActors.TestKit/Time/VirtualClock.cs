namespace RaftActors.TestKit.Time;

/// <summary>The wall clock of a process.</summary>
internal sealed class VirtualClock(VirtualProcess process) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => process.WallClock;
}
