using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence.Journal;

namespace Akka.Persistence.Sql.Journal;

/// <summary>
/// The SQL journal: opens the database, starts replays and watches over the writer. Events themselves do not pass through it, but go to the writer directly from the
/// actors that persist them, and their confirmations back.
/// </summary>
internal sealed class SqlWriteJournal : WriteJournalBase
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    private readonly PersistenceExtension _extension = Persistence.Instance.Apply(Context.System);
    private readonly Config _config;
    private readonly SqlAccess _access;
    private readonly string _writerUuid;
    private SqlDirectJournal? _direct;
    private ICancelable? _watch;

    public SqlWriteJournal(Config config)
    {
        _config = config;
        _access = new SqlAccess(Context.System, config, Context.GetLogger());
        _writerUuid = _extension.NextUuid();
    }

    protected override void PreStart()
    {
        if (_access.TryOpen())
            Opened();
    }

    protected override void PostStop()
    {
        _watch?.Cancel();
        _extension.PluginOf(Self).Direct = null;
        _access.Release();
    }

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case WriteMessages write:
                Write(write);
                return true;
            case ReplayMessages replay:
                Replay(replay);
                return true;
            case DeleteMessagesTo delete:
                Delete(delete);
                return true;
            case WatchWriter:
                WatchTheWriter();
                return true;
            default:
                return false;
        }
    }

    private void Opened()
    {
        if (_direct is not null)
            return;
        var system = (ExtendedActorSystem)Context.System;
        _direct = new SqlDirectJournal(system, Self, _access.Database.Writer, _writerUuid);
        _extension.PluginOf(Self).Direct = _direct;
        _watch = system.Scheduler.ScheduleTellRepeatedlyCancelable(WatchInterval, WatchInterval, Self, WatchWriter.Instance, Self);
    }

    private void Write(WriteMessages write)
    {
        try
        {
            _ = _access.Database;
            Opened();
            _direct!.Write(write);
        }
        catch (Exception e)
        {
            WriteOutcome.Tell(write, Self, e, null);
        }
    }

    private void Replay(ReplayMessages replay)
    {
        try
        {
            var database = _access.Database;
            Opened();
            var replayer = Context.ActorOf(Props.Create(typeof(SqlReplay), database, replay).WithDispatcher(_config.GetString("replay-dispatcher")!));
            // Behind whatever the actor, or its predecessor, still had to be written: also what it was told had timed out.
            database.Writer.Write(new SqlBarrier(() => replayer.Tell(SqlReplay.Begin.Instance)));
        }
        catch (Exception e)
        {
            replay.PersistentActor.Tell(new ReplayMessagesFailure(e) { ActorInstanceId = replay.ActorInstanceId }, Self);
        }
    }

    private void Delete(DeleteMessagesTo delete)
    {
        var self = Self;
        void Finished(Exception? failure) => delete.PersistentActor.Tell(
            failure is null ? new DeleteMessagesSuccess(delete.ToSequenceNr) : new DeleteMessagesFailure(failure, delete.ToSequenceNr), self);
        try
        {
            _access.Database.Writer.Write(new SqlDeleteEvents(delete.PersistenceId, delete.ToSequenceNr, Finished) { QueuedAt = Context.System.Scheduler.MonotonicClock });
        }
        catch (Exception e)
        {
            Finished(e);
        }
    }

    private void WatchTheWriter()
    {
        var timeout = _config.GetTimeSpan("circuit-breaker.call-timeout", TimeSpan.FromSeconds(10), false);
        var failure = new TimeoutException(
            $"The database {_access.Database.Path} did not answer within {timeout.TotalSeconds} s; what was to be written may still be");
        _access.Database.Writer.ReportOverdue(Context.System.Scheduler.MonotonicClock - timeout, failure);
    }

    private sealed class WatchWriter
    {
        public static readonly WatchWriter Instance = new();
    }
}
