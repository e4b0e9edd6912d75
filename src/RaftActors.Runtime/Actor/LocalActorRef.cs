using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>A reference to an actor of this system.</summary>
internal sealed class LocalActorRef : InternalActorRefBase
{
    private readonly ActorCell _cell;
    private readonly Mailbox _mailbox;

    public LocalActorRef(ActorSystemImpl system, Props props, MessageDispatcher dispatcher, IInternalActorRef supervisor, ActorPath path)
    {
        Path = path;
        _cell = new ActorCell(system, this, props, dispatcher, supervisor);
        _mailbox = _cell.Mailbox;
        // Whatever is told before its first turn waits behind its creation.
        _mailbox.PostSystem(new Create());
    }

    public override ActorPath Path { get; }

    public ActorCell Cell => _cell;

    /// <summary>Names below this one that are not its actor's children.</summary>
    public Func<string, IInternalActorRef?>? ExtraNames { get; init; }

    public override IActorRefProvider Provider => _cell.SystemImpl.Provider;

    public override bool IsLocal => true;

    public override bool IsTerminated => _mailbox.IsClosed;

    internal override IInternalActorRef Parent => _cell.Parent;

    /// <summary>Not before the parent knows the child: its creation may fail, and the parent must recognise the failure.</summary>
    public override void Start() => _mailbox.Start();

    public override void Stop() => _mailbox.PostSystem(new Terminate());

    public override void Suspend() => _mailbox.PostSystem(new Suspend());

    public override void Resume(Exception? causedByFailure = null) => _mailbox.PostSystem(new Resume(causedByFailure));

    public override void Restart(Exception cause) => _mailbox.PostSystem(new Recreate(cause));

    internal override void SendSystemMessage(ISystemMessage message) => _mailbox.PostSystem((SystemMessage)message);

    internal IInternalActorRef GetSingleChild(string name) => ExtraNames?.Invoke(name) ?? _cell.GetSingleChild(name);

    internal override IActorRef GetChild(IReadOnlyList<string> name)
    {
        IInternalActorRef current = this;
        for (var i = 0; i < name.Count; i++)
        {
            switch (name[i])
            {
                case "":
                    continue;
                case "..":
                    current = current.Parent;
                    continue;
            }
            // A reference that is not local walks the rest by itself.
            if (current is not LocalActorRef local)
                return current.GetChild([.. name.Skip(i)]);
            current = local.GetSingleChild(name[i]);
            if (current is Nobody)
                return current;
        }
        return current;
    }

    protected override void TellInternal(object message, IActorRef? sender)
    {
        if (message is null)
            throw new InvalidMessageException();
        _mailbox.Post(message, sender);
    }
}
