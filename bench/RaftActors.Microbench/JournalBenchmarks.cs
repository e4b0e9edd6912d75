using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using BenchmarkDotNet.Attributes;
using RaftActors.Persistence.Sqlite;

namespace RaftActors.Microbench;

/// <summary>
/// Persists events of 256 bytes in the SQLite journal, from the message to the actor until the event is persisted. For
/// comparison, writes to a file with fdatasync.
/// </summary>
/// <remarks>
/// The files are in the directory in MICROBENCH_DATA, or in the directory of temporary files. The disk decides the
/// results.
/// </remarks>
public class JournalBenchmarks
{
    private const int Page = 4096;
    private const int Pages = 1024;
    private const int Actors = 64;

    private readonly byte[] _event = new byte[256];
    private readonly byte[] _page = new byte[Page];
    private string _directory = "";
    private ActorSystem _system = null!;
    private IActorRef[] _persistent = [];
    private FileStream _growing = null!;
    private FileStream _allocated = null!;

    /// <summary>Opens the journal and the file.</summary>
    [GlobalSetup]
    public void Start()
    {
        var parent = Environment.GetEnvironmentVariable("MICROBENCH_DATA") ?? Path.GetTempPath();
        _directory = Path.Combine(parent, $"raft-microbench-{Guid.NewGuid():n}");
        Directory.CreateDirectory(_directory);
        _system = ActorSystem.Create("microbench", ConfigurationFactory.ParseString($$"""
            akka.loglevel = WARNING
            akka.persistence.journal {
              plugin = "{{SqlitePersistence.JournalId}}"
              raft-sqlite.file = "{{Path.Combine(_directory, "journal.db")}}"
            }
            """).WithFallback(SqlitePersistence.DefaultConfig()));
        _persistent = [.. Enumerable.Range(0, Actors).Select(
            i => _system.ActorOf(Props.Create(typeof(PersistingActor), $"microbench-{i}")))];
        PersistOfEach().Wait();
        _growing = Open("growing");
        _allocated = Open("allocated");
        for (var i = 0; i < Pages; i++)
            _allocated.Write(_page);
        Sync(_allocated);
    }

    /// <summary>Closes and deletes the journal and the file.</summary>
    [GlobalCleanup]
    public void Stop()
    {
        _system.Terminate().Wait();
        _growing.Dispose();
        _allocated.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>
    /// Writes 4 KiB to a file durably, within the file's length and over former data, as a write-ahead log that is used
    /// again does. A durable event cannot cost less.
    /// </summary>
    [Benchmark]
    public void OverwriteAndSync()
    {
        if (_allocated.Position == _allocated.Length)
            _allocated.Position = 0;
        _allocated.Write(_page);
        Sync(_allocated);
    }

    /// <summary>Appends 4 KiB to a file durably. The file system also writes the new length.</summary>
    [Benchmark]
    public void AppendAndSync()
    {
        _growing.Write(_page);
        Sync(_growing);
    }

    /// <summary>Persists an event durably.</summary>
    [Benchmark]
    public Task<object> PersistOne() => _persistent[0].Ask<object>(_event);

    /// <summary>Persists an event of each of 64 actors at the same time, durably.</summary>
    [Benchmark(OperationsPerInvoke = Actors)]
    public Task PersistOfEach() => Task.WhenAll(_persistent.Select(actor => actor.Ask<object>(_event)));

    private FileStream Open(string name) =>
        new(Path.Combine(_directory, name), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);

    private static void Sync(FileStream file)
    {
        if (OperatingSystem.IsLinux())
            _ = FDataSync(file.SafeFileHandle.DangerousGetHandle().ToInt32());
        else
            file.Flush(flushToDisk: true);
    }

    [DllImport("libc", EntryPoint = "fdatasync")]
    private static extern int FDataSync(int file);

    private sealed class PersistingActor(string persistenceId) : UntypedPersistentActor
    {
        public override string PersistenceId => persistenceId;

        protected override void OnCommand(object message) => Persist(message, persisted => Sender.Tell(persisted));

        protected override void OnRecover(object message)
        {
        }
    }
}
