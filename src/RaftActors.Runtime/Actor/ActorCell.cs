using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The living part of an actor: its instance, behaviour, children, watches and mailbox. A reference leads here; the instance changes with every restart.</summary>
internal sealed partial class ActorCell : IUntypedActorContext
{
    [ThreadStatic]
    private static ActorCell? _current;

    [ThreadStatic]
    private static ActorCell? _beingCreated;

    private readonly LocalActorRef _self;
    private readonly List<Receive> _behaviors = new(1);
    private ActorBase? _actor;
    private Receive _behavior = static _ => false;
    private object? _currentMessage;
    private IActorRef? _sender;
    private int _envelopeId;
    private ActorTaskScheduler? _taskScheduler;

    public ActorCell(ActorSystemImpl system, LocalActorRef self, Props props, MessageDispatcher dispatcher, IInternalActorRef parent)
    {
        SystemImpl = system;
        _self = self;
        Props = props;
        Parent = parent;
        Mailbox = new Mailbox(this, dispatcher);
    }

    /// <summary>The cell that runs on this thread.</summary>
    internal static ActorCell? Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>The cell whose actor is being constructed on this thread and not adopted yet.</summary>
    internal static ActorCell? BeingCreated => _beingCreated;

    public ActorSystemImpl SystemImpl { get; }

    public ActorSystem System => SystemImpl;

    public Props Props { get; }

    public Mailbox Mailbox { get; }

    public MessageDispatcher Dispatcher => Mailbox.Dispatcher;

    public LocalActorRef SelfRef => _self;

    public IActorRef Self => _self;

    public IInternalActorRef Parent { get; }

    IActorRef IActorContext.Parent => Parent;

    public IActorRef Sender => _sender ?? SystemImpl.DeadLetters;

    public ActorBase? Actor => _actor;

    public object? CurrentMessage => _currentMessage;

    /// <summary>Tells one message handled from the next, so that none is stashed twice.</summary>
    public int CurrentEnvelopeId => _envelopeId;

    public ActorTaskScheduler TaskScheduler => _taskScheduler ??= new ActorTaskScheduler(this);

    private Type ActorType => _actor?.GetType() ?? Props.Type;

    private string LogSource => _self.Path.ToString();

    public static IActorRef? GetCurrentSelfOrNoSender() => _current?._self;

    public static IActorRef? GetCurrentSenderOrNoSender() => _current?._sender;

    public void Become(Receive receive) => _behavior = _behaviors.Count == 0 ? Pushed(receive) : _behaviors[^1] = receive;

    public void BecomeStacked(Receive receive) => _behavior = Pushed(receive);

    public void UnbecomeStacked()
    {
        if (_behaviors.Count > 1)
            _behaviors.RemoveAt(_behaviors.Count - 1);
        _behavior = _behaviors[^1];
    }

    void IUntypedActorContext.Become(UntypedReceive receive) => Become(Typed(receive));

    void IUntypedActorContext.BecomeStacked(UntypedReceive receive) => BecomeStacked(Typed(receive));

    public ActorSelection ActorSelection(ActorPath actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, SystemImpl);

    public ActorSelection ActorSelection(string actorPath) => ActorRefFactoryShared.ActorSelection(actorPath, SystemImpl, _self);

    public void SendSystemMessage(ISystemMessage message) => Mailbox.PostSystem((SystemMessage)message);

    /// <summary>The constructor of an actor announces itself here.</summary>
    internal void Adopt(ActorBase actor)
    {
        _beingCreated = null;
        _behaviors.Clear();
        Become(actor.InitialBehavior);
        // Of an instance that failed before it was complete.
        CancelTimers();
        _timers = null;
        if (actor is IWithTimers withTimers)
            withTimers.Timers = _timers = new TimerScheduler(this);
    }

    internal void DeadLetter(object message, IActorRef? sender) =>
        SystemImpl.DeadLetters.Tell(new DeadLetter(message, sender ?? SystemImpl.DeadLetters, _self), sender);

    internal void DeadLetter(Envelope envelope) => DeadLetter(envelope.Message, envelope.Sender);

    internal void DeadLetter(SystemMessage message) => SystemImpl.DeadLetters.Tell(new DeadLetter(message, _self, _self), _self);

    private static Receive Typed(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

    private Receive Pushed(Receive receive)
    {
        _behaviors.Add(receive);
        return receive;
    }

    private ActorBase NewActor()
    {
        var outerCreated = _beingCreated;
        _beingCreated = this;
        try
        {
            var actor = Props.NewActor();
            if (!ReferenceEquals(actor.Cell, this))
                throw new ActorInitializationException(_self, "The Props made an actor that belongs to another reference");
            actor.Constructed();
            AttachStash(actor);
            return actor;
        }
        finally
        {
            _beingCreated = outerCreated;
        }
    }

    private void Publish(LogEvent e)
    {
        try
        {
            SystemImpl.EventStream.Publish(e);
        }
        catch (Exception)
        {
            // A log line is not worth a failure while handling one.
        }
    }

    private void Publish(Exception? cause, string message) => Publish(new Error(cause, LogSource, ActorType, message));

    private void PublishDebug(string message) => Publish(new Debug(LogSource, ActorType, message));
}
