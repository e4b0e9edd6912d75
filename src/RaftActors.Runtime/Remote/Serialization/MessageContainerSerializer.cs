using Akka.Actor;
using Akka.Remote.Protocol;
using Akka.Serialization;
using Google.Protobuf;

namespace Akka.Remote.Serialization;

/// <summary>Messages to an <see cref="ActorSelection"/>.</summary>
internal sealed class MessageContainerSerializer(ExtendedActorSystem system) : Serializer(system)
{
    public override int Identifier => 6;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj)
    {
        var selection = (ActorSelectionMessage)obj;
        var envelope = new SelectionEnvelopeData { Payload = NestedPayload.Of(system, selection.Message) };
        foreach (var element in selection.Elements)
        {
            envelope.Elements.Add(element switch
            {
                SelectChildName child => new SelectionElementData { Kind = SelectionElementData.Types.Kind.ChildName, Matcher = child.Name },
                SelectChildPattern children => new SelectionElementData { Kind = SelectionElementData.Types.Kind.ChildPattern, Matcher = children.PatternStr },
                SelectChildRecursive => new SelectionElementData { Kind = SelectionElementData.Types.Kind.ChildPattern, Matcher = "**" },
                _ => new SelectionElementData { Kind = SelectionElementData.Types.Kind.Parent },
            });
        }
        return envelope.ToByteArray();
    }

    public override object FromBinary(byte[] bytes, Type? type)
    {
        var envelope = SelectionEnvelopeData.Parser.ParseFrom(bytes);
        var message = NestedPayload.Read(system, envelope.Payload) ?? throw new ArgumentException("A selection of actors without a message for them");
        return new ActorSelectionMessage(message, [.. envelope.Elements.Select(Element)]);
    }

    private static SelectionPathElement Element(SelectionElementData element) => element.Kind switch
    {
        SelectionElementData.Types.Kind.ChildName => new SelectChildName(element.Matcher),
        SelectionElementData.Types.Kind.ChildPattern when element.Matcher == "**" => SelectChildRecursive.Instance,
        SelectionElementData.Types.Kind.ChildPattern => new SelectChildPattern(element.Matcher),
        SelectionElementData.Types.Kind.Parent => SelectParent.Instance,
        _ => throw new ArgumentException($"Unknown element of a selection of actors: {element.Kind}"),
    };
}
