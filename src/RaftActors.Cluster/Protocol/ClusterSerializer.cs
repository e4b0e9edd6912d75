using Akka.Actor;
using Akka.Serialization;
using Google.Protobuf;
using RaftActors.Cluster.Wire;

namespace RaftActors.Cluster.Protocol;

/// <summary>What nodes tell each other about members, and what founders keep.</summary>
internal interface IClusterMessage;

/// <summary>Bytes that this version cannot read.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Problem">What is wrong.</param>
internal sealed record UnreadableMessage(string Manifest, string Problem) : IClusterMessage;

/// <summary>
/// The serializer of <see cref="IClusterMessage"/>: cluster.proto. Bytes that make no sense become an
/// <see cref="UnreadableMessage"/> rather than an exception, which would end the connection they came over.
/// </summary>
internal sealed class ClusterSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private static readonly Dictionary<string, MessageParser> Parsers = new(StringComparer.Ordinal)
    {
        [Contact.Descriptor.Name] = Contact.Parser,
        [ContactAnswer.Descriptor.Name] = ContactAnswer.Parser,
        [UnknownGroup.Descriptor.Name] = UnknownGroup.Parser,
        [Leave.Descriptor.Name] = Leave.Parser,
        [LeaveAnswer.Descriptor.Name] = LeaveAnswer.Parser,
        [FoundingAgreed.Descriptor.Name] = FoundingAgreed.Parser,
    };

    public override int Identifier => 6216;

    public override string Manifest(object o) => Message(o).Descriptor.Name;

    public override byte[] ToBinary(object obj) => Message(obj).ToByteArray();

    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!Parsers.TryGetValue(manifest, out var parser))
            return new UnreadableMessage(manifest, "The manifest is not known.");
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException problem)
        {
            return new UnreadableMessage(manifest, problem.Message);
        }
    }

    private static IMessage Message(object o) => o as IMessage
        ?? throw new ArgumentException($"{o.GetType()} is no message between nodes.", nameof(o));
}
