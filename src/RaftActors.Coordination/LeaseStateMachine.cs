using System.IO.Hashing;
using Google.Protobuf;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Coordination;

/// <summary>The state machine of a lease group: who holds which lease, until when, with which fencing token.</summary>
/// <remarks>
/// <see cref="RaftLeases.StartAsync"/> starts a peer with this state machine. Commands, queries and answers are encoded
/// as <c>lease.proto</c> says. <see cref="RaftLeases"/> and <see cref="RaftLease"/> write and read them.
/// </remarks>
public sealed class LeaseStateMachine : IStateMachine, IStateDigest, IDisposable
{
    private const int SnapshotForm = 1;
    private const int MessagesInPart = 256;
    private const int MostInAnswer = 1000;

    // About 285,000 years. Sums of such times do not overflow.
    private const long LongestTimeToLive = 1L << 53;

    private readonly LeaseTable _table = new();
    private readonly KeyValuePair<string, object?> _tag;
    private long _countedHeld;
    private long _countedExpired;

    /// <summary>Makes a state machine without leases.</summary>
    /// <param name="group">The group's name, for the measurements.</param>
    public LeaseStateMachine(string group = "") => _tag = new("group", group);

    /// <inheritdoc/>
    public object? Apply(LogEntry entry, object command)
    {
        ArgumentNullException.ThrowIfNull(entry);
        _table.Advance(entry);
        var reply = Reply(entry, command);
        Count(reply, entry.Index);
        return reply.ToByteArray();
    }

    /// <summary>Its leases are not counted any more.</summary>
    public void Dispose()
    {
        LeaseMetrics.Held.Add(-_countedHeld, _tag);
        _countedHeld = 0;
    }

    /// <summary>Whether a command for leases was ever applied.</summary>
    internal bool IsUsed => _table.Clock != default;

    /// <summary>
    /// Whether bytes begin as each command for leases does, those of later versions included: with a field that is a
    /// message. Other bytes are told apart here because an exception of the parser takes 10 microseconds.
    /// </summary>
    internal static bool IsCommand(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 0
        && WireFormat.GetTagWireType(bytes[0]) == WireFormat.WireType.LengthDelimited
        && WireFormat.GetTagFieldNumber(bytes[0]) > 0;

    /// <summary>
    /// Moves the lease clock to that of an entry that is not about leases. Called for all such entries that are applied
    /// after the first one about leases, or for none of them: the same on every replica.
    /// </summary>
    internal void Advance(LogEntry entry)
    {
        _table.Advance(entry);
        CountEnded();
    }

    /// <inheritdoc/>
    public object? Query(object request)
    {
        var asked = Wire.Query.Parser.ParseFrom((byte[])request);
        var answer = new Wire.Leases();
        if (asked.HasName)
        {
            if (_table.Find(asked.Name) is { } lease)
                answer.Leases_.Add(ToWire(lease));
            return answer.ToByteArray();
        }
        int limit = asked.Limit is > 0 and <= MostInAnswer ? asked.Limit : MostInAnswer;
        foreach (var lease in _table.Leases.Where(lease => IsAsked(asked, lease.Name) && _table.TimeLeft(lease) >= 0))
        {
            answer.More = answer.Leases_.Count == limit;
            if (answer.More)
                break;
            answer.Leases_.Add(ToWire(lease));
        }
        return answer.ToByteArray();
    }

    /// <inheritdoc cref="IStateMachine"/>
    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot()
    {
        // A snapshot is written later, while commands are applied. So it must hold immutable objects only.
        HeldLease[] leases = [.. _table.Leases];
        (long Number, long? LastSign)[] processes =
            [.. _table.Processes.Select(static process => (process.Number, process.LastSign))];
        return Parts(_table.Clock, processes, leases);
    }

    /// <inheritdoc cref="IStateMachine"/>
    public void Restore(Stream snapshot)
    {
        var head = Wire.SnapshotHead.Parser.ParseDelimitedFrom(snapshot);
        if (head.Form != SnapshotForm)
            throw new NotSupportedException($"The snapshot of the leases has the form {head.Form}; this version knows "
                + $"{SnapshotForm}. Run a newer version on this node.");
        var processes = new List<(long, long?)>(head.Processes);
        for (int i = 0; i < head.Processes; i++)
        {
            var process = Wire.Process.Parser.ParseDelimitedFrom(snapshot);
            processes.Add((process.Number, process.HasLastSign ? process.LastSign : null));
        }
        var leases = new List<HeldLease>(head.Leases);
        for (int i = 0; i < head.Leases; i++)
        {
            var lease = Wire.Lease.Parser.ParseDelimitedFrom(snapshot);
            leases.Add(new HeldLease(lease.Name, lease.Owner, lease.Process, lease.Token, lease.TimeToLive,
                lease.GrantedAt));
        }
        _table.Restore(new LeaseClock(head.Clock, head.Term, head.Time), processes, leases);
        CountEnded();
    }

    private void Count(Wire.Reply reply, long index)
    {
        switch (reply.KindCase)
        {
            case Wire.Reply.KindOneofCase.Granted when reply.Granted.Token == index:
                LeaseMetrics.Granted.Add(1, _tag);
                break;
            case Wire.Reply.KindOneofCase.Granted:
            case Wire.Reply.KindOneofCase.Held:
                LeaseMetrics.Heartbeats.Add(1, _tag);
                break;
            case Wire.Reply.KindOneofCase.Refused:
                LeaseMetrics.Refused.Add(1, _tag);
                break;
            case Wire.Reply.KindOneofCase.Released when reply.Released:
            case Wire.Reply.KindOneofCase.ForceReleased when reply.ForceReleased.Lease is not null:
                LeaseMetrics.Released.Add(1, _tag);
                break;
        }
        CountEnded();
    }

    private void CountEnded()
    {
        int held = _table.Leases.Count;
        if (held != _countedHeld)
            LeaseMetrics.Held.Add(held - _countedHeld, _tag);
        _countedHeld = held;
        if (_table.Expired != _countedExpired)
            LeaseMetrics.Expired.Add(_table.Expired - _countedExpired, _tag);
        _countedExpired = _table.Expired;
    }

    /// <inheritdoc/>
    public ulong Digest()
    {
        // The digest of all that a snapshot holds. A digest is wanted once a minute, so it need not be kept up to date.
        var hash = new XxHash3();
        foreach (var part in TakeSnapshot())
            hash.Append(part.Span);
        return hash.GetCurrentHashAsUInt64();
    }

    // What is no command in any version is answered: an exception would stop the state machine on every node.
    private Wire.Reply Reply(LogEntry entry, object command)
    {
        try
        {
            return command is byte[] bytes && IsCommand(bytes)
                ? Apply(entry, Wire.Command.Parser.ParseFrom(bytes))
                : new Wire.Reply { Invalid = "It is no command of a lease group." };
        }
        catch (InvalidProtocolBufferException malformed)
        {
            return new Wire.Reply { Invalid = $"It is no command of a lease group: {malformed.Message}" };
        }
    }

    private Wire.Reply Apply(LogEntry entry, Wire.Command command)
    {
        switch (command.KindCase)
        {
            case Wire.Command.KindOneofCase.Register:
                return new Wire.Reply { Registered = entry.Index };
            case Wire.Command.KindOneofCase.Acquire:
                return Acquire(entry, command.Acquire);
            case Wire.Command.KindOneofCase.SignOfLife:
                var sign = command.SignOfLife;
                var held = new Wire.Held();
                if (_table.SignOfLife(sign.Process, sign.Count, sign.Digest) is { } tokens)
                    held.Tokens.AddRange(tokens);
                else
                    held.AsSaid = true;
                return new Wire.Reply { Held = held };
            case Wire.Command.KindOneofCase.Release:
                var release = command.Release;
                return new Wire.Reply { Released = _table.Release(release.Name, release.Owner, release.Process) };
            case Wire.Command.KindOneofCase.ForceRelease:
                var ended = _table.ForceRelease(command.ForceRelease.Name, command.ForceRelease.Token);
                return new Wire.Reply { ForceReleased = new Wire.ForceReleased { Lease = ended is null ? null : ToWire(
                    ended) } };
            default:
                throw new NotSupportedException($"The command at index {entry.Index} is of a later version than this "
                    + "node. Run a newer version on this node.");
        }
    }

    private Wire.Reply Acquire(LogEntry entry, Wire.Acquire acquire)
    {
        if (Problem(acquire) is { } problem)
            return new Wire.Reply { Invalid = problem };
        long process = acquire.Process;
        if (process == 0)
        {
            var current = _table.Find(acquire.Name);
            bool isHeld = current?.Owner == acquire.Owner && current.Token == acquire.HeldToken;
            // Whoever says which lease is to be renewed gets that one or none.
            if (acquire.HeldToken != 0 && !isHeld)
                return new Wire.Reply { Refused = current is null ? new Wire.Lease() : ToWire(current) };
            process = isHeld ? current!.Process : entry.Index;
        }
        var lease = _table.Acquire(acquire.Name, acquire.Owner, process, acquire.TimeToLive, acquire.HeldToken,
            entry.Index, out bool granted);
        return granted ? new Wire.Reply { Granted = ToWire(lease) } : new Wire.Reply { Refused = ToWire(lease) };
    }

    private static string? Problem(Wire.Acquire acquire) => acquire switch
    {
        { Name.Length: 0 } => "The name of the lease is empty.",
        { Owner.Length: 0 } => "The owner of the lease is empty.",
        { Process: < 0 } => $"{acquire.Process} is no number of a process.",
        { TimeToLive: < 1 or > LongestTimeToLive } =>
            $"The time to live is {acquire.TimeToLive} ms; it must be from 1 to {LongestTimeToLive} ms.",
        _ => null,
    };

    private static bool IsAsked(Wire.Query asked, string name) =>
        name.StartsWith(asked.Prefix, StringComparison.Ordinal) && string.CompareOrdinal(name, asked.After) > 0;

    // The time left is as of the last command. A lease that has ended, or that an operator took away, is not in the
    // table any more and has none.
    private Wire.Lease ToWire(HeldLease lease)
    {
        var wire = Stored(lease);
        if (ReferenceEquals(_table.Find(lease.Name), lease))
            wire.TimeLeft = _table.TimeLeft(lease);
        return wire;
    }

    private static Wire.Lease Stored(HeldLease lease) => new()
    {
        Name = lease.Name,
        Owner = lease.Owner,
        Process = lease.Process,
        Token = lease.Token,
        TimeToLive = lease.TimeToLive,
        GrantedAt = lease.GrantedAt,
    };

    private static IEnumerable<ReadOnlyMemory<byte>> Parts(LeaseClock clock, (long Number, long? LastSign)[] processes,
        HeldLease[] leases)
    {
        var head = new Wire.SnapshotHead
        {
            Form = SnapshotForm,
            Processes = processes.Length,
            Leases = leases.Length,
            Clock = clock.Now,
            Term = clock.Term,
            Time = clock.Time,
        };
        yield return Delimited([head]);
        foreach (var part in processes.Select(ToWire).Chunk(MessagesInPart))
            yield return Delimited(part);
        foreach (var part in leases.Select(Stored).Chunk(MessagesInPart))
            yield return Delimited(part);
    }

    private static Wire.Process ToWire((long Number, long? LastSign) process)
    {
        var wire = new Wire.Process { Number = process.Number };
        if (process.LastSign is { } sign)
            wire.LastSign = sign;
        return wire;
    }

    private static byte[] Delimited(IEnumerable<IMessage> messages)
    {
        using var bytes = new MemoryStream();
        foreach (var message in messages)
            message.WriteDelimitedTo(bytes);
        return bytes.ToArray();
    }
}
