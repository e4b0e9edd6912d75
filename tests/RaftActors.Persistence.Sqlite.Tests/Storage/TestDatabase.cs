using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Tests.Storage;

/// <summary>A writer that writes when the spec says so.</summary>
internal sealed class SteppedWriter(Action run) : IWriterThread
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
        Database = Database.Open(
            Settings(Path, walSize: walSize), run => Stepped = new SteppedWriter(run), () => CheckpointsWanted++);
    }

    public TemporaryDirectory Directory { get; } = new();

    public string Path { get; }

    public Database Database { get; }

    public SteppedWriter Stepped { get; private set; } = null!;

    public int CheckpointsWanted { get; private set; }

    public bool KeepOpen { get; set; }

    public static SqliteSettings Settings(string path, bool initialize = true, long walSize = 1 << 20) =>
        new(path, initialize, walSize, BusyTimeout: TimeSpan.FromMilliseconds(100), StallTimeout: TimeSpan.FromSeconds(
            10));

    public static SerializedPayload Payload(int length = 10) => new(new byte[length], 4711, "D");

    public TestWork Append(string persistenceId, params long[] sequenceNrs)
    {
        var work = new TestWork(persistenceId, sequenceNrs);
        Database.Writer.Write(work);
        return work;
    }

    public List<long> Read(string persistenceId, long from = 0, long to = long.MaxValue)
    {
        var events = new List<StoredEvent>();
        Database.Read(reader => reader.ReadEvents(persistenceId, from, to, int.MaxValue, long.MaxValue, events));
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
internal sealed class TestWork(string persistenceId, long[] sequenceNrs) : DatabaseWork
{
    public int Reports { get; private set; }

    public Exception? Failure { get; private set; }

    public long Transaction { get; private set; }

    public bool Succeeded => Reports == 1 && Failure is null;

    public override bool Concerns(string id) => id == persistenceId;

    public override bool Execute(WriteStatements statements)
    {
        Transaction = statements.Transactions;
        foreach (var sequenceNr in sequenceNrs)
        {
            var e = new NewEvent(persistenceId, sequenceNr, TestDatabase.Payload(), null, TestDatabase.Writer);
            statements.InsertEvent(e, 1000 + sequenceNr);
        }
        return true;
    }

    protected override void Finished(Exception? failure)
    {
        Reports++;
        Failure = failure;
    }
}

/// <summary>Does whatever the spec says within the writer's transaction.</summary>
internal sealed class ActionWork(Action<WriteStatements> execute, Action<Exception?> finished) : DatabaseWork
{
    public override bool Concerns(string persistenceId) => false;

    public override bool Execute(WriteStatements statements)
    {
        execute(statements);
        return true;
    }

    protected override void Finished(Exception? failure) => finished(failure);
}
