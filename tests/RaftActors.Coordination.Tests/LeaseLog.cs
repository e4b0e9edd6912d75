using Google.Protobuf;
using RaftActors.Log;

namespace RaftActors.Coordination.Tests;

/// <summary>
/// The log of a lease group with one replica, without a group: entries are applied as they are appended.
/// </summary>
internal sealed class LeaseLog
{
    public LeaseStateMachine Machine { get; private set; } = new();

    /// <summary>The term of the next entry.</summary>
    public long Term { get; set; } = 1;

    /// <summary>The log time of the next entry.</summary>
    public long Time { get; set; } = 1_000_000;

    public long Index { get; private set; }

    public Wire.Lease? Acquire(string name, string owner, long process, long timeToLive = 1000, long heldToken = 0) =>
        Apply(Acquiring(name, owner, process, timeToLive, heldToken)).Granted;

    public Wire.Held SignOfLife(long process, params long[] tokens)
    {
        ulong digest = 0;
        foreach (long token in tokens)
            digest = unchecked(digest + TokenDigest.Of(token));
        return Apply(new Wire.Command { SignOfLife = new Wire.SignOfLife { Process = process, Count = tokens.Length,
            Digest = digest } }).Held;
    }

    public bool Release(string name, string owner, long process) =>
        Apply(new Wire.Command { Release = new Wire.Release { Name = name, Owner = owner,
            Process = process } }).Released;

    public Wire.Lease? ForceRelease(string name, long token = 0) =>
        Apply(new Wire.Command { ForceRelease = new Wire.ForceRelease { Name = name,
            Token = token } }).ForceReleased.Lease;

    public Wire.Lease? Find(string name) => Ask(new Wire.Query { Name = name }).Leases_.SingleOrDefault();

    public Wire.Leases Ask(Wire.Query query) =>
        Wire.Leases.Parser.ParseFrom((byte[])Machine.Query(query.ToByteArray())!);

    public Wire.Reply Apply(Wire.Command command) => Apply(command.ToByteArray());

    public Wire.Reply Apply(byte[] command)
    {
        var entry = new LogEntry(++Index, Term, EntryKind.Command, Time, new Payload(command, 0, ""));
        return Wire.Reply.Parser.ParseFrom((byte[])Machine.Apply(entry, command)!);
    }

    public byte[] Image() => [.. Machine.TakeSnapshot().SelectMany(static part => part.ToArray())];

    /// <summary>Goes on with a state machine that was restored from a snapshot.</summary>
    public void Restore(byte[] image)
    {
        Machine = new LeaseStateMachine();
        Machine.Restore(new MemoryStream(image));
    }

    public static Wire.Command Acquiring(string name, string owner, long process, long timeToLive,
        long heldToken = 0) => new()
    {
        Acquire = new Wire.Acquire { Name = name, Owner = owner, Process = process, TimeToLive = timeToLive,
            HeldToken = heldToken },
    };
}
