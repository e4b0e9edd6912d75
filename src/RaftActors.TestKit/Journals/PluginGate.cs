using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Journals;

/// <summary>
/// Stands between a peer and a journal or snapshot store that has threads of its own. The gate speaks their protocol to
/// both. It passes requests on one at a time, as the disk has time for them, so that the answers come in a repeatable
/// order at a repeatable virtual time.
/// </summary>
internal sealed class PluginGate : UntypedActor
{
    private readonly PeerDisk _disk = VirtualProcess.Of(Context.System).Disk;
    private readonly IActorRef _plugin;
    private GateRequest? _current;

    public PluginGate(Config config)
    {
        var persistence = Akka.Persistence.Persistence.Instance.Apply(Context.System);
        string path = config.GetString("plugin", "");
        _plugin = config.GetBoolean("is-journal") ? persistence.JournalFor(path) : persistence.SnapshotStoreFor(path);
    }

    protected override void OnReceive(object message)
    {
        if (message is IJournalRequest or ISnapshotRequest)
            _disk.Submit(new GateRequest(message, Sender, _plugin, Self, _disk.World) { Begins = Begins });
        else if (_current is { } request && request.Answered(message, Sender) && _current == request)
            _current = null;
    }

    protected override void PostStop() => _current?.Abandon();

    private void Begins(GateRequest request) => _current = request;
}
