using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>What a spec is written with: an actor system of its own, and an actor whose messages the spec takes and checks.</summary>
public abstract partial class TestKitBase : IActorRefFactory
{
    private static int _testActors;

    private readonly ITestKitAssertions _assertions;
    private readonly TestQueue _queue = new();
    private ActorSystem _system = null!;
    private MessageEnvelope _lastMessage = NullMessageEnvelope.Instance;

    /// <summary>When the innermost Within ends, on the clock of <see cref="Now"/>.</summary>
    private TimeSpan? _end;

    /// <summary>Waiting for nothing takes all the time there is, so Within forgives it a late end.</summary>
    private bool _lastWasNoMsg;

    protected TestKitBase(ITestKitAssertions assertions, ActorSystem? system = null, string? testActorName = null)
        : this(assertions, system, ActorSystemSetup.Empty, null, testActorName)
    {
    }

    protected TestKitBase(ITestKitAssertions assertions, ActorSystemSetup setup, string? actorSystemName = null, string? testActorName = null)
        : this(assertions, null, setup, actorSystemName, testActorName)
    {
    }

    protected TestKitBase(ITestKitAssertions assertions, Config config, string? actorSystemName = null, string? testActorName = null)
        : this(assertions, null, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)), actorSystemName, testActorName)
    {
    }

    protected TestKitBase(ITestKitAssertions assertions, ActorSystem? system, ActorSystemSetup config, string? actorSystemName, string? testActorName)
    {
        _assertions = assertions ?? throw new ArgumentNullException(nameof(assertions), "The supplied assertions must not be null.");
        InitializeTest(system, config, actorSystemName, testActorName);
    }

    public static Config DefaultConfig { get; } = ConfigurationFactory.FromResource<TestKitBase>("Akka.TestKit.reference.conf");

    public static Config FullDebugConfig { get; } = ConfigurationFactory.ParseString("""
        akka {
          log-dead-letters = true
          log-dead-letters-during-shutdown = true
          loglevel = DEBUG
          stdout-loglevel = DEBUG
          actor.debug {
            receive = true
            autoreceive = true
            lifecycle = true
            event-stream = true
            unhandled = true
            fsm = true
            router-misconfiguration = true
          }
        }
        """);

    /// <summary>The clock of the TestKit's own waiting: real time, whatever scheduler the system has.</summary>
    public static TimeSpan Now => TimeSpan.FromTicks(DateTime.UtcNow.Ticks);

    public ActorSystem Sys => _system;

    public TestKitSettings TestKitSettings { get; private set; } = null!;

    public ILoggingAdapter Log { get; private set; } = null!;

    public EventFilterFactory EventFilter { get; private set; } = null!;

    public IActorRef TestActor { get; private set; } = null!;

    public object LastMessage => _lastMessage.Message;

    public IActorRef LastSender => _lastMessage.Sender;

    public bool HasMessages => !_queue.IsEmpty;

    public EventFilterFactory CreateEventFilter(ActorSystem system) => new(this, system);

    public void IgnoreMessages(Func<object, bool> shouldIgnoreMessage) => TestActor.Tell(new TestActor.SetIgnore(m => shouldIgnoreMessage(m)));

    public void IgnoreMessages<TMsg>(Func<TMsg, bool> shouldIgnoreMessage) => IgnoreMessages(m => m is TMsg message && shouldIgnoreMessage(message));

    public void IgnoreMessages<TMsg>() => IgnoreMessages(m => m is TMsg);

    public void IgnoreNoMessages() => TestActor.Tell(new TestActor.SetIgnore(null));

    public void SetAutoPilot(AutoPilot pilot) => TestActor.Tell(new TestActor.SetAutoPilot(pilot));

    /// <summary>Returns once the test actor watches, so that nothing that the spec does next can be missed.</summary>
    public IActorRef Watch(IActorRef actorToWatch) => WatchAsync(actorToWatch).GetAwaiter().GetResult();

    public Task<IActorRef> WatchAsync(IActorRef actorToWatch) => AskTestActorAsync(new TestActor.Watch(actorToWatch), actorToWatch);

    public IActorRef Unwatch(IActorRef actorToUnwatch) => UnwatchAsync(actorToUnwatch).GetAwaiter().GetResult();

    public Task<IActorRef> UnwatchAsync(IActorRef actorToUnwatch) => AskTestActorAsync(new TestActor.Unwatch(actorToUnwatch), actorToUnwatch);

    public IActorRef CreateTestActor(string name) =>
        ((ExtendedActorSystem)_system).SystemActorOf(
            Props.Create(() => new TestActorBehaviour(_queue)).WithDispatcher("akka.test.test-actor.dispatcher"), name);

    public virtual TestProbe CreateTestProbe(string? name = null) => CreateTestProbe(Sys, name);

    public virtual TestProbe CreateTestProbe(ActorSystem system, string? name = null) => new(system, _assertions, name);

    public virtual void Shutdown(TimeSpan? duration = null, bool verifySystemShutdown = false) => Shutdown(Sys, duration, verifySystemShutdown);

    protected virtual void Shutdown(ActorSystem system, TimeSpan? duration = null, bool verifySystemShutdown = false)
    {
        var limit = duration ?? Dilated(TimeSpan.FromSeconds(5)).Min(TimeSpan.FromSeconds(10));
        if (system.Terminate().Wait(limit))
            return;

        var message = $"Failed to stop [{system.Name}] within [{limit}].";
        if (verifySystemShutdown)
            throw new TimeoutException(message);
        system.Log.Warning(message);
    }

    protected virtual void InitializeTest(ActorSystem? system, ActorSystemSetup config, string? actorSystemName, string? testActorName)
    {
        _system = system ?? CreateSystem(config, actorSystemName ?? "test");
        if (system != null)
            system.Settings.InjectTopLevelFallback(DefaultConfig);

        TestKitSettings = (TestKitSettings)_system.RegisterExtension(new TestKitExtension());
        Log = Logging.GetLogger(_system, GetType());
        EventFilter = new EventFilterFactory(this);
        TestActor = CreateTestActor(string.IsNullOrEmpty(testActorName) ? "testActor" + Interlocked.Increment(ref _testActors) : testActorName);
        BecomeSenderOfThisSpec();
    }

    protected void InitializeTest(ActorSystem? system, Config config, string? actorSystemName, string? testActorName) =>
        InitializeTest(system, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)), actorSystemName, testActorName);

    internal void Fail(string message) => _assertions.Fail(message);

    private static ActorSystem CreateSystem(ActorSystemSetup setup, string name)
    {
        var given = setup.Get<BootstrapSetup>();
        var bootstrap = given.HasValue ? given.Value : BootstrapSetup.Create();
        var config = bootstrap.Config.HasValue ? bootstrap.Config.Value.WithFallback(DefaultConfig) : DefaultConfig;
        return ActorSystem.Create(name, setup.WithSetup(bootstrap.WithConfig(config)));
    }

    /// <summary>A probe leaves the sender of the spec that creates it alone.</summary>
    private void BecomeSenderOfThisSpec()
    {
        if (this is not INoImplicitSender)
            ActorCell.Current = ((LocalActorRef)TestActor).Cell;
        else if (this is not TestProbe)
            ActorCell.Current = null;
        SynchronizationContext.SetSynchronizationContext(new ImplicitSenderContext(ActorCell.Current));
    }

    /// <summary>The thread goes back to a pool: what runs on it next is not this spec.</summary>
    private protected static void StopBeingSender() => ActorCell.Current = null;

    private async Task<IActorRef> AskTestActorAsync(object order, IActorRef subject)
    {
        // In real time: the system's clock may stand still.
        await TestActor.Ask<TestActor.Done>(order, Timeout.InfiniteTimeSpan).WaitAsync(RemainingOrDefault).ConfigureAwait(false);
        return subject;
    }
}
