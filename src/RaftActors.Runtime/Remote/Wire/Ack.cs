namespace Akka.Remote.Wire;

/// <summary>What the receiver of system messages has: everything up to a number except the gaps named.</summary>
internal sealed class Ack(long cumulative, long[] nacks)
{
    public long Cumulative { get; } = cumulative;

    public long[] Nacks { get; } = nacks;

    public override string ToString() => $"ACK[{Cumulative}, [{string.Join(",", Nacks)}]]";

    /// <summary>The size of the message itself, without its tag and length.</summary>
    internal static int SizeOf(Ack ack) => (ack.Cumulative == 0 ? 0 : 9) + ProtoWriter.SizeOfOptionalField(8 * ack.Nacks.Length);

    internal static void Write(ref ProtoWriter writer, Ack ack)
    {
        writer.Fixed(1, (ulong)ack.Cumulative);
        if (ack.Nacks.Length == 0)
            return;
        writer.Open(2, 8 * ack.Nacks.Length);
        foreach (var nack in ack.Nacks)
            writer.Fixed((ulong)nack);
    }

    internal static Ack Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtoReader(bytes);
        var cumulative = 0L;
        List<long>? nacks = null;
        while (reader.NextField() is var field and not 0)
        {
            switch (field)
            {
                case 1:
                    cumulative = (long)reader.Fixed();
                    break;
                case 2:
                    reader.FixedInto(nacks ??= []);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return new Ack(cumulative, nacks is null ? [] : [.. nacks]);
    }
}
