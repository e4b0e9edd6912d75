using Akka.Actor;
using Akka.Persistence.Journal;
using Akka.Serialization;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>Something that cannot be serialized.</summary>
public sealed class Unserializable;

/// <summary>Refuses to serialize.</summary>
public sealed class RefusingSerializer(ExtendedActorSystem system) : Serializer(system)
{
    public override int Identifier => 4711;

    public override bool IncludeManifest => false;

    public override byte[] ToBinary(object obj) => throw new NotSupportedException("refused");

    public override object FromBinary(byte[] bytes, Type type) => throw new NotSupportedException("refused");
}

/// <summary>
/// Tags what is written as <c>tag:event</c>, and reads <c>a+b</c> as two events.
/// </summary>
public sealed class SpecEventAdapter : IEventAdapter
{
    public string Manifest(object evt) => "";

    public object ToJournal(object evt)
    {
        var parts = ((string)evt).Split(':');
        return parts.Length == 1 ? evt : new Tagged(parts[^1], parts[..^1]);
    }

    public IEventSequence FromJournal(object evt, string manifest) =>
        EventSequence.Create([.. ((string)evt).Split('+')]);
}
