using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

namespace RaftActors.TestKit.Journals;

/// <summary>
/// Stands between a peer and its journal or snapshot store, and speaks their protocol to both. Requests pass one at a time, each after the time that the disk takes
/// for it, so that the answers of a journal that works on threads of its own come in a repeatable order at a repeatable virtual time.
/// </summary>
internal sealed class PluginGate : UntypedActor
{
    private readonly PeerDisk _disk;
    private readonly IActorRef _plugin;
    private readonly Queue<GateRequest> _waiting = new();
    private readonly Queue<(GateRequest Request, List<(object Message, IActorRef Sender)> Answers)> _held = new();
    private readonly List<(object Message, IActorRef Sender)> _answers = [];
    private GateRequest? _current;
    private int _missing;

    public PluginGate(Config config)
    {
        _disk = PeerDisk.Of(Context.System);
        var persistence = Akka.Persistence.Persistence.Instance.Apply(Context.System);
        string path = config.GetString("plugin", "");
        _plugin = config.GetBoolean("is-journal") ? persistence.JournalFor(path) : persistence.SnapshotStoreFor(path);
        _disk.Attach(Self);
    }

    protected override void OnReceive(object message)
    {
        if (_disk.IsDead && message is Due or Resume or Hurry or IJournalRequest or ISnapshotRequest)
            return;
        switch (message)
        {
            case Due due:
                due.Request.IsDue = true;
                Next();
                break;
            case Resume:
                ReleaseAnswers();
                Next();
                break;
            case Hurry:
                foreach (var request in _waiting)
                    request.IsDue = true;
                Next();
                break;
            case IJournalRequest or ISnapshotRequest:
                Enqueue(new GateRequest(message, Sender));
                break;
            default:
                Answered(message);
                break;
        }
    }

    protected override void PostStop()
    {
        if (_current is not null)
            _disk.World.EndOutsideWork();
    }

    private void Enqueue(GateRequest request)
    {
        _waiting.Enqueue(request);
        var self = Self;
        _disk.World.Schedule(_disk.DrawLatency(), () => self.Tell(new Due(request), ActorRefs.NoSender));
    }

    private void Next()
    {
        while (_current is null && _waiting.TryPeek(out var request) && request.IsDue && !(request.IsWrite && _disk.HoldsWrites))
        {
            _waiting.Dequeue();
            if (request.IsWrite && _disk.NextFailure is { } failure)
            {
                _disk.NextFailure = null;
                request.Fail(failure.Cause, failure.Reject);
                continue;
            }
            _current = request;
            _missing = request.AnswerCount;
            _disk.World.BeginOutsideWork();
            request.Forward(_plugin, Self);
        }
    }

    private void Answered(object answer)
    {
        _answers.Add((answer, Sender));
        if (_current is null || (answer is ReplayedMessage) || --_missing > 0)
            return;
        var request = _current;
        var answers = _answers.ToList();
        _answers.Clear();
        _current = null;
        _disk.World.EndOutsideWork();
        if (_disk.IsDead)
            return;
        if (_held.Count > 0 || (request.IsWrite && _disk.HoldsAnswers))
            _held.Enqueue((request, answers));
        else
            request.Answer(answers);
        Next();
    }

    private void ReleaseAnswers()
    {
        while (!_disk.HoldsAnswers && _held.TryDequeue(out var held))
            held.Request.Answer(held.Answers);
    }

    /// <summary>The time for a request has passed.</summary>
    private sealed record Due(GateRequest Request);

    /// <summary>What is held has changed.</summary>
    internal sealed class Resume
    {
        public static readonly Resume Instance = new();
    }

    /// <summary>All requests are due now.</summary>
    internal sealed class Hurry
    {
        public static readonly Hurry Instance = new();
    }
}
