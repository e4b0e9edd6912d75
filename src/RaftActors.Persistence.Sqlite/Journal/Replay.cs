using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Journal;

/// <summary>
/// Replays the events of one actor in steps. After each step the replay sends the actor an <see cref="Identify"/>. The
/// actor answers that message only after the events before it, so the replay knows how far the actor has come, and
/// stays two steps ahead. A replay of any length therefore takes little memory.
/// </summary>
internal sealed class Replay : UntypedActor
{
    private const int EventsPerStep = 500;
    private const int BytesPerStep = 1 << 20;
    private const int StepsAhead = 2;

    private readonly Database _database;
    private readonly ReplayMessages _request;
    private readonly IActorRef _target;
    private readonly EventAdapters _adapters;
    private readonly bool _publish;
    private readonly List<StoredEvent> _events = [];
    private long _highest;
    private long _next;
    private long _left;
    private int _ahead;

    /// <summary>Akka.NET calls this constructor by reflection.</summary>
    /// <param name="database">The database to read.</param>
    /// <param name="request">The request.</param>
    /// <param name="target">The actor that recovers, or the filter in front of it.</param>
    /// <param name="adapters">The event adapters of the journal.</param>
    /// <param name="publish">Whether the request is published when the replay has finished.</param>
    public Replay(Database database, ReplayMessages request, IActorRef target, EventAdapters adapters, bool publish)
    {
        _database = database;
        _request = request;
        _target = target;
        _adapters = adapters;
        _publish = publish;
        _next = request.FromSequenceNr;
        _left = request.Max;
    }

    /// <summary>The writes of the actor have ended, or took too long. The replay may begin, or fails.</summary>
    internal sealed record Begin(Exception? Failure);

    protected override void PreStart() => Context.Watch(_request.PersistentActor);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Begin { Failure: { } failure }:
                Finish(new ReplayMessagesFailure(failure));
                break;
            case Begin:
                Try(() => _highest = _database.Read(reader => reader.HighestSequenceNr(_request.PersistenceId)));
                break;
            case ActorIdentity:
                _ahead--;
                Try(() => { });
                break;
            case Terminated:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Try(Action before)
    {
        try
        {
            before();
            while (_ahead < StepsAhead)
            {
                if (!ReplaySome())
                {
                    Finish(new RecoverySuccess(_highest));
                    return;
                }
                _request.PersistentActor.Tell(new Identify(_next), Self);
                _ahead++;
            }
        }
        catch (Exception e)
        {
            Finish(new ReplayMessagesFailure(e));
        }
    }

    /// <summary>Returns <c>false</c> if there are no more events.</summary>
    private bool ReplaySome()
    {
        var limit = (int)Math.Min(EventsPerStep, _left);
        var to = Math.Min(_request.ToSequenceNr, _highest);
        if (limit <= 0 || _next > to)
            return false;
        _events.Clear();
        var more = _database.Read(
            reader => reader.ReadEvents(_request.PersistenceId, _next, to, limit, BytesPerStep, _events));
        foreach (var stored in _events)
            Tell(stored);
        if (!more)
            return false;
        _next = _events[^1].SequenceNr + 1;
        _left -= _events.Count;
        return true;
    }

    private void Tell(in StoredEvent stored)
    {
        var what = $"The event {stored.SequenceNr} of {_request.PersistenceId}";
        var payload = Payloads.Read(Context.System.Serialization, stored.Payload, _database.Path, what);
        var adapter = _adapters.Get(payload.GetType());
        if (adapter is IdentityEventAdapter)
        {
            Tell(stored, payload);
            return;
        }
        foreach (var adapted in adapter.FromJournal(payload, stored.Payload.Manifest).Events)
            Tell(stored, adapted);
    }

    private void Tell(in StoredEvent stored, object payload) => _target.Tell(
        new ReplayedMessage(new Persistent(
            payload, stored.SequenceNr, _request.PersistenceId, stored.Payload.Manifest, false, ActorRefs.NoSender,
            stored.Writer,
            stored.Created)),
        ActorRefs.NoSender);

    private void Finish(object outcome)
    {
        _target.Tell(outcome, Context.Parent);
        if (_publish && outcome is RecoverySuccess)
            Context.System.EventStream.Publish(_request);
        Context.Stop(Self);
    }
}
