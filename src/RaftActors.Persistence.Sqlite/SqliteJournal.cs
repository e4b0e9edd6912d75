using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;
using Akka.Persistence.Journal;
using RaftActors.Persistence.Sqlite.Journal;
using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite;

/// <summary>
/// The journal plugin. Name this class as <c>class</c> in a section of the configuration. The plugin implements the
/// journal protocol itself. It queues writes for the one writer of the database, which answers the persistent actors.
/// It starts replays, which read concurrently with the writer.
/// </summary>
public sealed class SqliteJournal : ActorBase
{
    private readonly Config _config;
    private readonly DatabaseAccess _access;
    private readonly bool _publish;
    private EventAdapters? _adapters;

    /// <summary>Akka.Persistence calls this constructor.</summary>
    /// <param name="config">The plugin's section.</param>
    public SqliteJournal(Config config)
    {
        _config = config;
        _access = new DatabaseAccess(
            Context.System, Self.Path.Name, config, SqlitePersistence.JournalId, Context.GetLogger());
        _publish = Akka.Persistence.Persistence.Instance.Apply(Context.System).Settings.Internal.PublishPluginCommands;
    }

    private EventAdapters Adapters =>
        _adapters ??= Akka.Persistence.Persistence.Instance.Apply(Context.System).AdaptersFor(Self.Path.Name);

    /// <inheritdoc/>
    protected override void PreStart() => _access.Start(Self);

    /// <inheritdoc/>
    protected override void PostStop() => _access.Stop();

    /// <inheritdoc/>
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case WriteMessages write:
                Write(write);
                return true;
            case ReplayMessages replay:
                StartReplay(replay);
                return true;
            case DeleteMessagesTo delete:
                Delete(delete);
                return true;
            case CheckJournalHealth:
                Sender.Tell(new JournalHealthCheckResponse(_access.CheckHealth()), Self);
                return true;
            case DatabaseAccess.Watch:
                _access.ReportOverdue();
                return true;
            default:
                return false;
        }
    }

    private void Write(WriteMessages write)
    {
        AppendEvents work;
        try
        {
            var database = _access.Database;
            var created = Context.System.Scheduler.Now.UtcTicks;
            work = new AppendEvents(
                write, Self, Context.System.Serialization, Adapters, created) { Queued = _access.Now };
            database.Writer.Write(work);
        }
        catch (Exception e)
        {
            AppendEvents.Refuse(write, Self, e);
        }
    }

    private void StartReplay(ReplayMessages request)
    {
        try
        {
            var database = _access.Database;
            var target = Filtered(request.PersistentActor);
            var replay = Context.ActorOf(Props
                .Create(typeof(Replay), database, request, target, Adapters, _publish)
                .WithDispatcher(_config.GetString("replay-dispatcher")));
            // The replay begins after all earlier writes of the actor, or of its predecessor, including those reported
            // as stalled.
            var read = new PendingRead(
                _access.Now, failure => replay.Tell(new Replay.Begin(failure), ActorRefs.NoSender));
            database.Writer.ReadAfterWritesOf(request.PersistenceId, read);
        }
        catch (Exception e)
        {
            request.PersistentActor.Tell(new ReplayMessagesFailure(e), Self);
        }
    }

    /// <summary>
    /// Returns the actor itself, or the replay filter in front of the actor if the settings ask for one.
    /// </summary>
    private IActorRef Filtered(IActorRef persistentActor)
    {
        var name = _config.GetString("replay-filter.mode", "off");
        ReplayFilterMode? mode = name.ToLowerInvariant() switch
        {
            "off" => null,
            "repair-by-discard-old" => ReplayFilterMode.RepairByDiscardOld,
            "fail" => ReplayFilterMode.Fail,
            "warn" => ReplayFilterMode.Warn,
            _ => throw new ConfigurationException(
                $"{Self.Path.Name}.replay-filter.mode = {name} is not one of off, repair-by-discard-old, fail, warn"),
        };
        return mode is null ? persistentActor : Context.ActorOf(ReplayFilter.Props(
            persistentActor,
            mode.Value,
            _config.GetInt("replay-filter.window-size", 100),
            _config.GetInt("replay-filter.max-old-writers", 10),
            _config.GetBoolean("replay-filter.debug", false)));
    }

    private void Delete(DeleteMessagesTo delete)
    {
        var (self, events, publish) = (Self, Context.System.EventStream, _publish);
        void Finished(Exception? failure)
        {
            delete.PersistentActor.Tell(
                failure is null
                    ? new DeleteMessagesSuccess(delete.ToSequenceNr)
                    : new DeleteMessagesFailure(failure, delete.ToSequenceNr),
                self);
            if (publish && failure is null)
                events.Publish(delete);
        }
        try
        {
            _access.Database.Writer.Write(
                new DeleteEvents(delete.PersistenceId, delete.ToSequenceNr, Finished) { Queued = _access.Now });
        }
        catch (Exception e)
        {
            Finished(e);
        }
    }
}
