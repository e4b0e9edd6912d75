using Google.Protobuf;
using RaftActors.Sessions;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Snapshots;

/// <summary>The bytes of a snapshot: a head with the sessions, followed by the bytes of the state machine.</summary>
internal static class SnapshotBytes
{
    /// <summary>All parts of a snapshot in order. The parts of the state machine are taken one by one.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Join(SessionTable sessions,
        IEnumerable<ReadOnlyMemory<byte>> machine)
    {
        // Written now, because the sessions change before the parts are read.
        using var head = new MemoryStream();
        new Wire.SnapshotHead { Sessions = sessions.ToWire() }.WriteDelimitedTo(head);
        return Enumerable.Prepend(machine, head.ToArray());
    }

    /// <summary>Reads the head. The state machine's bytes follow in the stream.</summary>
    public static SessionTable ReadHead(Stream stream) =>
        SessionTable.FromWire(Wire.SnapshotHead.Parser.ParseDelimitedFrom(stream).Sessions);

    /// <summary>The same bytes in chunks of one size. Only the last chunk may be smaller.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Chunks(IEnumerable<ReadOnlyMemory<byte>> parts, int chunkSize)
    {
        var chunk = new byte[chunkSize];
        int filled = 0;
        foreach (var part in parts)
        {
            var rest = part;
            while (rest.Length > 0)
            {
                int fits = Math.Min(rest.Length, chunkSize - filled);
                rest[..fits].CopyTo(chunk.AsMemory(filled));
                rest = rest[fits..];
                filled += fits;
                if (filled < chunkSize)
                    continue;
                yield return chunk;
                chunk = new byte[chunkSize];
                filled = 0;
            }
        }
        if (filled > 0)
            yield return chunk.AsMemory(0, filled);
    }
}
