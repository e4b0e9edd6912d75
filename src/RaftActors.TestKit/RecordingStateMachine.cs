using System.Globalization;
using System.Text;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.StateMachines;

namespace RaftActors.TestKit;

/// <summary>
/// Records the commands that a peer's state machine is given, and passes on everything that the state machine is told.
/// The record is part of the snapshots.
/// </summary>
internal class RecordingStateMachine : IStateMachine, IHistoryAware, IConfigurationAware, ILeadershipAware
{
    private readonly PeerProcess _process;
    private readonly IStateMachine? _inner;
    private readonly List<AppliedCommand> _log = [];

    public RecordingStateMachine(PeerProcess process, IStateMachine? inner)
    {
        _process = process;
        _inner = inner;
        process.Began(_log, inner);
    }

    /// <summary>Makes a recording state machine. It has a digest if the inner one has a digest.</summary>
    public static RecordingStateMachine Of(PeerProcess process, IStateMachine? inner) =>
        inner is IStateDigest digest
            ? new WithDigest(process, inner, digest)
            : new RecordingStateMachine(process, inner);

    public object? Apply(LogEntry entry, object command)
    {
        var applied = new AppliedCommand(entry.Index, entry.Term, entry.Time, command, entry.Payload);
        _process.Applies(_log, applied);
        _log.Add(applied);
        return _inner?.Apply(entry, command);
    }

    public object? Query(object request) =>
        _inner is null
            ? Encoding.UTF8.GetBytes(_log.Count.ToString(CultureInfo.InvariantCulture))
            : _inner.Query(request);

    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => Parts(_log.ToArray(), _inner?.TakeSnapshot() ?? []);

    public void Restore(Stream snapshot)
    {
        using var reader = new BinaryReader(snapshot, Encoding.UTF8, leaveOpen: true);
        int count = reader.ReadInt32();
        for (int i = 0; i < count; i++)
            _log.Add(Read(reader));
        _process.Restored(_log);
        _inner?.Restore(snapshot);
    }

    public void EnterHistory(IReadOnlyList<History> histories) => (_inner as IHistoryAware)?.EnterHistory(histories);

    public void ConfigurationApplied(AppliedConfiguration configuration) =>
        (_inner as IConfigurationAware)?.ConfigurationApplied(configuration);

    public void LeaderChanged(Member? former, Member? leader, long term) =>
        (_inner as ILeadershipAware)?.LeaderChanged(former, leader, term);

    public void RoleChanged(RaftRole role, long term) => (_inner as ILeadershipAware)?.RoleChanged(role, term);

    private static IEnumerable<ReadOnlyMemory<byte>> Parts(AppliedCommand[] log,
        IEnumerable<ReadOnlyMemory<byte>> inner)
    {
        yield return BitConverter.GetBytes(log.Length);
        foreach (var command in log)
            yield return Write(command);
        foreach (var part in inner)
            yield return part;
    }

    private static byte[] Write(AppliedCommand command)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(command.Index);
        writer.Write(command.Term);
        writer.Write(command.Time);
        writer.Write(command.Payload.SerializerId);
        writer.Write(command.Payload.Manifest);
        writer.Write(command.Payload.Bytes.Length);
        writer.Write(command.Payload.Bytes.Span);
        writer.Flush();
        return bytes.ToArray();
    }

    private AppliedCommand Read(BinaryReader reader)
    {
        long index = reader.ReadInt64(), term = reader.ReadInt64(), time = reader.ReadInt64();
        int serializerId = reader.ReadInt32();
        string manifest = reader.ReadString();
        var payload = new Payload(reader.ReadBytes(reader.ReadInt32()), serializerId, manifest);
        return new AppliedCommand(index, term, time, Payloads.Decode(_process.System.Serialization, payload), payload);
    }

    private sealed class WithDigest(PeerProcess process, IStateMachine inner,
        IStateDigest digest) : RecordingStateMachine(process, inner), IStateDigest
    {
        public ulong Digest() => digest.Digest();
    }
}
