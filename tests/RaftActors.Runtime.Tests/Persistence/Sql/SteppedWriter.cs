using Akka.Persistence.Sql;

namespace RaftActors.Runtime.Tests.Persistence.Sql;

/// <summary>A writer that writes when the test says so.</summary>
internal sealed class SteppedWriter(Action run) : ISqlWriterThread
{
    public bool Woken { get; private set; }

    public void Wake() => Woken = true;

    public void Stop()
    {
    }

    public void Step()
    {
        Woken = false;
        run();
    }
}

/// <summary>A database in a directory of its own.</summary>
internal sealed class TestDatabase : IDisposable
{
    public const string Writer = "0123456789abcdef0123456789abcdef";

    public TestDatabase(long walSize = 1 << 20)
    {
        Path = Directory / "journal.db";
        Database = SqlDatabase.Open(Path, true, walSize, run => Stepped = new SteppedWriter(run), () => CheckpointsWanted++);
    }

    public TemporaryDirectory Directory { get; } = new();

    public string Path { get; }

    public SqlDatabase Database { get; }

    public SteppedWriter Stepped { get; private set; } = null!;

    public int CheckpointsWanted { get; private set; }

    public bool KeepOpen { get; set; }

    public static SqlPayload Payload(int length = 10) => new(new byte[length], 4711, "D");

    public TestWork Append(string persistenceId, params long[] sequenceNrs)
    {
        var work = new TestWork(persistenceId, sequenceNrs);
        Database.Writer.Write(work);
        return work;
    }

    public List<long> Read(string persistenceId, long from = 0, long to = long.MaxValue)
    {
        var events = new List<SqlEvent>();
        Database.Read(reader =>
        {
            reader.ReadEvents(persistenceId, from, to, int.MaxValue, events);
            return 0;
        });
        return [.. events.Select(e => e.SequenceNr)];
    }

    public long Highest(string persistenceId) => Database.Read(reader => reader.HighestSequenceNr(persistenceId));

    public void Dispose()
    {
        if (!KeepOpen)
            Database.Close();
        Directory.Dispose();
    }
}

/// <summary>Events with the given sequence numbers, all or none.</summary>
internal sealed class TestWork(string persistenceId, long[] sequenceNrs) : SqlWork
{
    public int Reports { get; private set; }

    public Exception? Failure { get; private set; }

    public long Transaction { get; private set; }

    public bool Succeeded => Reports == 1 && Failure is null;

    public override bool Execute(SqlWriteStatements statements)
    {
        Transaction = statements.Transactions;
        foreach (var sequenceNr in sequenceNrs)
            statements.InsertEvent(persistenceId, sequenceNr, 1000 + sequenceNr, TestDatabase.Payload(), TestDatabase.Writer);
        return true;
    }

    protected override void Finished(Exception? failure)
    {
        Reports++;
        Failure = failure;
    }
}
