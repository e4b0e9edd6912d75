using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>The actor behind <see cref="TestKitBase.TestActor"/>: queues what it receives for the spec.</summary>
internal sealed class TestActorBehaviour : UntypedActor
{
    private readonly TestQueue _queue;
    private readonly SpawnedChildren _spawned = new();
    private TestActor.Ignore? _ignore;
    private AutoPilot? _pilot;

    public TestActorBehaviour(TestQueue queue) => _queue = queue;

    protected override SupervisorStrategy SupervisorStrategy() => _spawned;

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case TestActor.SetIgnore set:
                _ignore = set.Ignore;
                break;
            case TestActor.SetAutoPilot set:
                _pilot = set.AutoPilot;
                break;
            case TestActor.Watch watch:
                Context.Watch(watch.Actor);
                Sender.Tell(TestActor.Done.Instance);
                break;
            case TestActor.Unwatch unwatch:
                Context.Unwatch(unwatch.Actor);
                Sender.Tell(TestActor.Done.Instance);
                break;
            case TestActor.Spawn spawn:
                Spawn(spawn);
                break;
            default:
                Deliver(message);
                break;
        }
    }

    private void Spawn(TestActor.Spawn spawn)
    {
        var child = spawn.Apply(Context);
        if (spawn._supervisorStrategy.HasValue)
            _spawned.Supervise(child, spawn._supervisorStrategy.Value);
        _queue.Add(new RealMessageEnvelope(child, Self));
    }

    private void Deliver(object message)
    {
        if (_pilot?.Run(Sender, message) is { } next and not KeepRunning)
            _pilot = next;
        if (_ignore?.Invoke(message) != true)
            _queue.Add(new RealMessageEnvelope(message, Sender));
    }

    /// <summary>Each child has the strategy that it was spawned with; one without has the default.</summary>
    private sealed class SpawnedChildren : SupervisorStrategy
    {
        private readonly Dictionary<IActorRef, SupervisorStrategy> _strategies = new();

        public override IDecider Decider => DefaultStrategy.Decider;

        public void Supervise(IActorRef child, SupervisorStrategy strategy) => _strategies[child] = strategy;

        protected override Directive Handle(IActorRef child, Exception exception) => Of(child).Decider.Decide(exception);

        internal override void ProcessFailure(ActorCell cell, bool restart, ChildRestartStats stats, Exception cause, IReadOnlyList<ChildRestartStats> children) =>
            Of(stats.Child).ProcessFailure(cell, restart, stats, cause, children);

        internal override void HandleChildTerminated(ActorCell cell, IActorRef child, IReadOnlyList<IInternalActorRef> children) => _strategies.Remove(child);

        private SupervisorStrategy Of(IActorRef child) => _strategies.GetValueOrDefault(child, DefaultStrategy);
    }
}
