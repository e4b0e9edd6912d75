using Akka.Actor;
using BenchmarkDotNet.Attributes;
using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Microbench;

/// <summary>Encodes and decodes messages of raft.proto.</summary>
public class EncodingBenchmarks
{
    private ActorSystem _system = null!;
    private RaftSerializer _serializer = null!;
    private LogEntry[] _entries = [];
    private AppendEntriesReply _reply = null!;
    private byte[] _append = [];
    private byte[] _replied = [];

    /// <summary>The number of entries of 256 bytes in a message.</summary>
    [Params(1, 64)]
    public int Entries { get; set; }

    /// <summary>Makes the messages.</summary>
    [GlobalSetup]
    public void Start()
    {
        _system = ActorSystem.Create("microbench");
        _serializer = new RaftSerializer((ExtendedActorSystem)_system);
        _entries = [.. Enumerable.Range(1, Entries)
            .Select(i => new LogEntry(1_000_000 + i, 7, EntryKind.Command, 1_700_000_000_000,
            new Log.Payload(new byte[256], 0, "")))];
        _reply = new AppendEntriesReply(Header, true, 1_000_000, 1_000_064, 0, default, 17);
        _append = _serializer.ToBinary(Append());
        _replied = _serializer.ToBinary(_reply);
    }

    /// <summary>Ends the actor system.</summary>
    [GlobalCleanup]
    public void Stop() => _system.Terminate().Wait();

    /// <summary>
    /// Encodes AppendEntries, including its entries. A leader encodes the entries once for all followers and its
    /// journal.
    /// </summary>
    [Benchmark]
    public byte[] AppendEntriesWrite() => _serializer.ToBinary(Append());

    /// <summary>Decodes AppendEntries.</summary>
    [Benchmark]
    public object AppendEntriesRead() => _serializer.FromBinary(_append, "AE");

    /// <summary>Encodes the reply to AppendEntries.</summary>
    [Benchmark]
    public byte[] ReplyWrite() => _serializer.ToBinary(_reply);

    /// <summary>Decodes the reply to AppendEntries.</summary>
    [Benchmark]
    public object ReplyRead() => _serializer.FromBinary(_replied, "AER");

    private static PeerHeader Header { get; } =
        new("127.0.0.1:4051", "kv", "node1", "6f1ed002ab5595859014ebf0951522d9", 7);

    private AppendEntries Append() => new(Header, 1_000_000, 7, 999_990, 17, new EntryBatch(_entries));
}
