using System.Text;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Remote.Endpoints;

namespace Akka.Remote;

/// <summary>An actor of another system.</summary>
internal sealed class RemoteActorRef : InternalActorRefBase
{
    private readonly Remoting _remoting;
    private Outlet? _outlet;
    private byte[]? _utf8Path;

    public RemoteActorRef(Remoting remoting, ActorPath path)
    {
        if (path.Address.HasLocalScope || path.Address.Port is null)
            throw new ArgumentException($"{path} is not the path of an actor elsewhere", nameof(path));
        _remoting = remoting;
        Path = path;
    }

    public override ActorPath Path { get; }

    public override IActorRefProvider Provider => _remoting.Provider;

    public override bool IsLocal => false;

    public override bool IsTerminated => false;

    internal override IInternalActorRef Parent => ActorRefs.Nobody;

    /// <summary>The path as it stands in an envelope.</summary>
    internal byte[] Utf8Path => _utf8Path ??= Encoding.UTF8.GetBytes(Path.ToSerializationFormat());

    public override void Start()
    {
    }

    public override void Stop() => SendSystemMessage(new Terminate());

    // Only a parent does these, and no actor has children on another system.
    public override void Suspend()
    {
    }

    public override void Resume(Exception? causedByFailure = null)
    {
    }

    public override void Restart(Exception cause)
    {
    }

    internal override IActorRef GetChild(IReadOnlyList<string> name)
    {
        var path = Path;
        foreach (var element in name)
        {
            if (element == "..")
                path = path.Depth > 0 ? path.Parent : path;
            else if (element.Length > 0)
                path /= element;
        }
        return ReferenceEquals(path, Path) ? this : new RemoteActorRef(_remoting, path);
    }

    /// <summary>The remote watcher watches on behalf of all actors here, so that it knows which systems to keep an eye on.</summary>
    internal override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case Watch watch when IsForWatcher(watch.Watchee, watch.Watcher):
                _remoting.Watcher.Tell(new RemoteWatcher.WatchRemote(watch.Watchee, watch.Watcher), ActorRefs.NoSender);
                break;
            case Unwatch unwatch when IsForWatcher(unwatch.Watchee, unwatch.Watcher):
                _remoting.Watcher.Tell(new RemoteWatcher.UnwatchRemote(unwatch.Watchee, unwatch.Watcher), ActorRefs.NoSender);
                break;
            default:
                _remoting.Manager.Tell(new EndpointManager.SendSystem(message, this), ActorRefs.NoSender);
                break;
        }
    }

    protected override void TellInternal(object message, IActorRef? sender)
    {
        if (message is null)
            throw new InvalidMessageException("Message is null.");
        try
        {
            while (!(_outlet ??= _remoting.OutletTo(Path.Address)).TrySend(message, sender, this))
                _outlet = null;
        }
        catch (Exception e)
        {
            // A tell never fails at the teller's.
            _remoting.System.EventStream.Publish(new Error(e, Path.ToString(), GetType(), "swallowing exception during message send"));
        }
    }

    private bool IsForWatcher(IInternalActorRef watchee, IInternalActorRef watcher) => !watcher.Equals(_remoting.Watcher) && watchee.Equals(this);
}
