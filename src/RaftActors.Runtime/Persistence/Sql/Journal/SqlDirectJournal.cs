using Akka.Actor;

namespace Akka.Persistence.Sql.Journal;

/// <summary>Takes a write on the persistent actor's own thread straight to the writer's queue.</summary>
internal sealed class SqlDirectJournal(ExtendedActorSystem system, IActorRef journal, SqlWriter writer, string writerUuid) : IDirectJournal
{
    public void Write(WriteMessages write)
    {
        var created = system.Scheduler.Now.UtcTicks;
        writer.Write(new SqlAppend(write, journal, system.Serialization, writerUuid, created) { QueuedAt = system.Scheduler.MonotonicClock });
    }
}
