using Akka.Dispatch;
using RaftActors.TestKit.Time;

namespace RaftActors.Tests.VirtualTime;

/// <summary>
/// A process that is driven on the thread that told one of its actors something: when a <c>Tell</c> of a spec returns,
/// all that follows from it without time passing has been done.
/// </summary>
internal sealed class InlineProcess() : VirtualProcess(new VirtualWorld(), null)
{
    private readonly object _driving = new();

    /// <inheritdoc/>
    public override void Ready(IRunnable work)
    {
        base.Ready(work);
        Drive(World.Settle);
    }

    /// <summary>
    /// Drives its world, unless this thread already does: what an actor tells another waits for its turn.
    /// </summary>
    public void Drive(Action drive)
    {
        if (Monitor.IsEntered(_driving))
            return;
        lock (_driving)
            drive();
    }
}
