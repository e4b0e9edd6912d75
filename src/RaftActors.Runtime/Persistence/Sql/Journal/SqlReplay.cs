using Akka.Actor;

namespace Akka.Persistence.Sql.Journal;

/// <summary>Replays the events of one actor, some at a time: it goes on when the actor has handled those.</summary>
internal sealed class SqlReplay(SqlDatabase database, ReplayMessages replay) : UntypedActor
{
    private const int Step = 500;

    private readonly Akka.Serialization.Serialization _serialization = Context.System.Serialization;
    private readonly List<SqlEvent> _events = new(Step);
    private long _highest;
    private long _next = replay.FromSequenceNr;
    private long _left = replay.Max;

    protected override void PreStart() => Context.Watch(replay.PersistentActor);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Begin:
                Try(() => _highest = database.Read(reader => reader.HighestSequenceNr(replay.PersistenceId)));
                break;
            case ContinueReplay:
                Try(() => { });
                break;
            case AbandonReplay or Terminated:
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
            while (ReplaySome())
            {
                if (replay.ActorInstanceId == 0)
                    continue;
                replay.PersistentActor.Tell(new ReplayPaused(replay.ActorInstanceId), Self);
                return;
            }
            Finish(new RecoverySuccess(_highest) { ActorInstanceId = replay.ActorInstanceId });
        }
        catch (Exception e)
        {
            Finish(new ReplayMessagesFailure(e) { ActorInstanceId = replay.ActorInstanceId });
        }
    }

    /// <summary>False when there is nothing more.</summary>
    private bool ReplaySome()
    {
        var limit = (int)Math.Min(Step, _left);
        var to = Math.Min(replay.ToSequenceNr, _highest);
        if (limit <= 0 || _next > to)
            return false;
        _events.Clear();
        database.Read(reader =>
        {
            reader.ReadEvents(replay.PersistenceId, _next, to, limit, _events);
            return 0;
        });
        foreach (var e in _events)
            replay.PersistentActor.Tell(new ReplayedMessage(ToPersistent(e)) { ActorInstanceId = replay.ActorInstanceId }, ActorRefs.NoSender);
        if (_events.Count < limit)
            return false;
        _next = _events[^1].SequenceNr + 1;
        _left -= _events.Count;
        return true;
    }

    private Persistent ToPersistent(in SqlEvent e) => new(
        SqlPayloads.Read(_serialization, e.Payload),
        sequenceNr: e.SequenceNr, persistenceId: replay.PersistenceId, manifest: e.Payload.Manifest, writerGuid: e.WriterUuid, timestamp: e.Created);

    private void Finish(object outcome)
    {
        replay.PersistentActor.Tell(outcome, Context.Parent);
        Context.Stop(Self);
    }

    /// <summary>Everything written before has ended.</summary>
    public sealed class Begin
    {
        public static readonly Begin Instance = new();
    }
}
