using System.Runtime.InteropServices;
using RaftActors.Simulation.World;
using RaftActors.TestKit;
using RaftActors.TestKit.Network;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.Checks;

/// <summary>
/// Records everything that happens: always in a hash of each message and each write, and in lines of text if there is a
/// listener.
/// </summary>
internal sealed class Trace(VirtualWorld world, Action<string>? listener)
{
    private const ulong Prime = 0x9E3779B97F4A7C15;

    /// <summary>The hash of all messages and writes so far, with their times and outcomes.</summary>
    public ulong Hash { get; private set; } = Prime;

    /// <summary>The number of messages sent.</summary>
    public long Messages { get; private set; }

    /// <summary>The number of events written.</summary>
    public long Writes { get; private set; }

    /// <summary>Whether there is a listener. To format the lines costs more than the run.</summary>
    public bool IsOn => listener is not null;

    /// <summary>Records that a message was sent.</summary>
    public void Message(Message<SimulatedNode> message, bool lost)
    {
        Messages++;
        Mix((ulong)world.Now.Ticks);
        Mix(lost ? 1UL : 2UL);
        Mix(message.From.Id);
        Mix(message.To.Id);
        Mix(message.Packed.Bytes);
        if (IsOn)
            Line($"{message}{(lost ? " LOST" : "")}");
    }

    /// <summary>Records that an event was written.</summary>
    public void Write(SimulatedNode node, object @event, byte[] bytes)
    {
        Writes++;
        Mix((ulong)world.Now.Ticks);
        Mix(node.Id);
        Mix(bytes);
        if (IsOn)
            Line($"{node} writes {EventText.Of(@event)}");
    }

    /// <summary>Records something that only concerns the reader.</summary>
    public void Line(FormattableString line) =>
        listener?.Invoke(FormattableString.Invariant($"{world.Now.TotalMilliseconds,9:0.000} ms  ")
            + FormattableString.Invariant(line));

    private void Mix(string text) => Mix(MemoryMarshal.AsBytes(text.AsSpan()));

    private void Mix(ReadOnlySpan<byte> bytes)
    {
        Mix((ulong)bytes.Length);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
            Mix(word);
        foreach (byte left in bytes[(words.Length * 8)..])
            Mix(left);
    }

    private void Mix(ulong value)
    {
        ulong mixed = (Hash ^ value) * Prime;
        Hash = mixed ^ (mixed >> 29);
    }
}
