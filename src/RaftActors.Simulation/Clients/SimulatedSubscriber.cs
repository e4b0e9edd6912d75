using Akka.Actor;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.World;
using RaftActors.StateMachines;
using RaftActors.TestKit.Network;

namespace RaftActors.Simulation.Clients;

/// <summary>
/// Subscribes to committed entries at one peer after the other, and handles them slowly. It must see each entry once
/// and in order.
/// </summary>
internal sealed class SimulatedSubscriber(ClientWorld world, Invariants invariants)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(900);

    private readonly Random _random = world.NewRandom();
    private SimulatedProcess? _process;
    private ProcessPort? _port;
    private long _next = 1;
    private TimeSpan _heard;

    /// <summary>The number of entries seen.</summary>
    public long Seen => _next - 1;

    /// <summary>
    /// Subscribes again when it has heard nothing for a while, or sometimes without a reason. At the end of a run it
    /// does not, because a snapshot may take long to read and must be finished.
    /// </summary>
    public void Wake()
    {
        bool isTired = world.MayStart
            ? world.Now - _heard > Patience || _random.Next(50) == 0
            : world.Now - _heard > 3 * Patience;
        if ((_process is null || _process.IsDead || isTired) && world.AnyProcess(_random) is { } process)
            Subscribe(process);
        world.Schedule(TimeSpan.FromMilliseconds(_random.Next(20, 80)), Wake);
    }

    private void Subscribe(SimulatedProcess process)
    {
        if (_process is { IsDead: false, Entry: { } former } && _port is { } port)
            former.Tell(new Unsubscribe(port), port);
        (_process, _heard) = (process, world.Now);
        if (world.Trace.IsOn)
            world.Trace.Line($"the subscriber subscribes from {_next} at {process.Node}");
        ProcessPort? own = null;
        own = _port = new ProcessPort(process, message => world.Check(() => Receive(process, own!, message)));
        process.Entry!.Tell(new Subscribe(_next, own, Credits: 1 + _random.Next(12)), own);
    }

    private void Receive(SimulatedProcess process, ProcessPort port, object message)
    {
        if (port != _port || process.IsDead)
            return;
        _heard = world.Now;
        if (world.Trace.IsOn)
        {
            object what = message is CommittedEntries told
                ? $"entries {told.Entries[0].Index}..{told.Entries[^1].Index}"
                : message;
            world.Trace.Line($"{process.Node} tells the subscriber {what}");
        }
        switch (message)
        {
            case CommittedEntries committed:
                foreach (var entry in committed.Entries)
                {
                    if (entry.Index != _next)
                        throw new SimulationViolation("a subscriber sees each entry once",
                            $"Entry {entry.Index} came from {process.Node} where {_next} was due.");
                    _next++;
                }
                // The turn of the peer in which it committed the entries is not over yet.
                world.Schedule(TimeSpan.Zero, () => CheckCommitted(process, committed));
                long handled = _next - 1;
                process.Schedule(
                    TimeSpan.FromMilliseconds(world.MayStart ? _random.Next(20) : 0),
                    () => process.Entry!.Tell(new EntriesHandled(port, handled), port));
                break;
            case SnapshotOffer offer:
                if (offer.Index < _next || offer.Index > invariants.CommitIndex)
                    throw new SimulationViolation("a subscriber sees each entry once",
                        $"{process.Node} offered a snapshot up to {offer.Index} where {_next} was due and "
                            + $"{invariants.CommitIndex} is committed.");
                _next = offer.Index + 1;
                process.Schedule(TimeSpan.Zero, () => process.Entry!.Tell(new EntriesHandled(port, offer.Index), port));
                break;
            case SubscriptionEnded:
                _process = null;
                break;
        }
    }

    private void CheckCommitted(SimulatedProcess process, CommittedEntries told)
    {
        foreach (var entry in told.Entries)
        {
            if (entry.Index > invariants.CommitIndex || invariants.Committed(entry.Index).Term != entry.Term)
                throw new SimulationViolation("State Machine Safety",
                    $"{process.Node} told a subscriber of {entry}, which is not what was committed there.");
        }
    }
}
