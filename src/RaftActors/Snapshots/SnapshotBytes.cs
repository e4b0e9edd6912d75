using Google.Protobuf;
using RaftActors.Sessions;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Snapshots;

/// <summary>The bytes of a snapshot: a head with the sessions, then what the state machine wrote.</summary>
internal static class SnapshotBytes
{
    /// <summary>All parts of a snapshot, as they come; only the machine's are taken one by one.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Join(SessionTable sessions,
        IEnumerable<ReadOnlyMemory<byte>> machine)
    {
        // Now: by the time the parts are asked for, the sessions have changed.
        using var head = new MemoryStream();
        new Wire.SnapshotHead { Sessions = sessions.ToWire() }.WriteDelimitedTo(head);
        return Enumerable.Prepend(machine, head.ToArray());
    }

    /// <summary>Reads the head; the state machine's bytes are next in the stream.</summary>
    public static SessionTable ReadHead(Stream stream) =>
        SessionTable.FromWire(Wire.SnapshotHead.Parser.ParseDelimitedFrom(stream).Sessions);

    /// <summary>The same bytes in chunks of one size, the last one excepted.</summary>
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
