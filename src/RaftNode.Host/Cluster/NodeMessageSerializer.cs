using System.Buffers.Binary;
using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace RaftNode.Host.Cluster;

/// <summary>
/// Writes and reads the messages between nodes, with a manifest of one letter for each type. Numbers are eight bytes,
/// least significant first. A text is the rest of the message, as UTF-8.
/// </summary>
internal sealed class NodeMessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const string ReportManifest = "R";
    private const string ReportGroupManifest = "G";
    private const string ReportedManifest = "A";
    private const string SnapshotManifest = "S";
    private const string SnapshottedManifest = "T";

    /// <summary>This number is on the wire. It must never change.</summary>
    public override int Identifier => 5202;

    public override string Manifest(object o) => o switch
    {
        ReportNode => ReportManifest,
        ReportGroup => ReportGroupManifest,
        NodeReported => ReportedManifest,
        TakeNodeSnapshot => SnapshotManifest,
        SnapshotReported => SnapshottedManifest,
        _ => throw Unknown(o),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        ReportNode report => Bytes(report.Run, report.Number),
        ReportGroup report => Bytes(report.Name),
        NodeReported reported => reported.Json.ToArray(),
        // A version with one group sends nothing.
        TakeNodeSnapshot take => take.Group == 0 ? [] : Bytes("", take.Group),
        SnapshotReported taken => Bytes(taken.Problem, taken.Index, taken.Term, taken.Bytes),
        _ => throw Unknown(obj),
    };

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        ReportManifest when Number(bytes, 0) is var number => new ReportNode(Text(bytes, 1), number),
        ReportGroupManifest => new ReportGroup(Text(bytes, 0)),
        ReportedManifest => new NodeReported(bytes),
        SnapshotManifest => new TakeNodeSnapshot(bytes.Length == 0 ? 0 : (int)Number(bytes, 0)),
        SnapshottedManifest =>
            new SnapshotReported(Number(bytes, 0), Number(bytes, 1), Number(bytes, 2), Text(bytes, 3)),
        _ => throw new SerializationException($"There is no message between nodes with the manifest \"{manifest}\"."),
    };

    private static byte[] Bytes(string text, params ReadOnlySpan<long> numbers)
    {
        int head = numbers.Length * sizeof(long);
        var bytes = new byte[head + Encoding.UTF8.GetByteCount(text)];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), numbers[i]);
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(head));
        return bytes;
    }

    private static long Number(byte[] bytes, int place) => bytes.Length >= (place + 1) * sizeof(long)
        ? BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(place * sizeof(long)))
        : throw new SerializationException($"A message between nodes ends after {bytes.Length} bytes.");

    private static string Text(byte[] bytes, int numbers) => Encoding.UTF8.GetString(bytes, numbers * sizeof(long),
        bytes.Length - (numbers * sizeof(long)));

    private static ArgumentException Unknown(object o) =>
        new($"A {o.GetType().FullName} is not a message between nodes.");
}
