using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using AkkaSerialization = Akka.Serialization.Serialization;

namespace RaftActors.Runtime.Tests.Serialization;

public sealed class SerializationSpec : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("test", $$"""
        akka {
          loglevel = OFF, stdout-loglevel = OFF
          actor {
            serializers { shapes = "{{typeof(ShapeSerializer).AssemblyQualifiedName}}", named = "{{typeof(NamedSerializer).AssemblyQualifiedName}}", gone = "No.Such.Type, Nowhere" }
            serialization-bindings {
              "{{typeof(IShape).AssemblyQualifiedName}}" = shapes
              "{{typeof(Named).AssemblyQualifiedName}}" = named
              "No.Such.Message, Nowhere" = shapes
              "{{typeof(Unbound).AssemblyQualifiedName}}" = gone
              "{{typeof(OptedOut).AssemblyQualifiedName}}" = none
            }
            serialization-identifiers { "{{typeof(NamedSerializer).AssemblyQualifiedName}}" = 4712 }
            serialization-settings.shapes.prefix = "#"
          }
        }
        """);

    private AkkaSerialization Serialization => _system.Serialization;

    public void Dispose() => _system.Terminate().Wait(TimeSpan.FromSeconds(20));

    [Theory]
    [InlineData("hello", "System.String, System.Private.CoreLib", "68656c6c6f")]
    [InlineData(7, "System.Int32, System.Private.CoreLib", "07000000")]
    [InlineData(8L, "System.Int64, System.Private.CoreLib", "0800000000000000")]
    public void Primitive_values_are_written_as_Akka_NET_writes_them(object value, string manifest, string bytes)
    {
        var serializer = Serialization.FindSerializerFor(value);

        Assert.Equal(17, serializer.Identifier);
        Assert.Equal(manifest, AkkaSerialization.ManifestFor(serializer, value));
        Assert.Equal(bytes, Convert.ToHexStringLower(Serialization.Serialize(value)));
        Assert.Equal(value, Serialization.Deserialize(Convert.FromHexString(bytes), 17, manifest));
    }

    [Theory]
    [InlineData("S", "x")]
    [InlineData("System.String, mscorlib", "x")]
    public void Other_manifests_of_primitive_values_are_read(string manifest, string value) =>
        Assert.Equal(value, Serialization.Deserialize("x"u8.ToArray(), 17, manifest));

    [Fact]
    public void Bytes_and_nothing_have_serializers_of_their_own()
    {
        var bytes = new byte[] { 1, 2, 3 };
        var serializer = Serialization.FindSerializerFor(bytes);

        Assert.Equal((4, false, ""), (serializer.Identifier, serializer.IncludeManifest, AkkaSerialization.ManifestFor(serializer, bytes)));
        Assert.Equal(bytes, Serialization.Deserialize(Serialization.Serialize(bytes), 4, ""));
        Assert.Equal(0, Serialization.FindSerializerFor(null).Identifier);
        Assert.Null(Serialization.Deserialize([], 0, ""));
    }

    [Fact]
    public void The_most_specific_binding_is_found()
    {
        Assert.IsType<ShapeSerializer>(Serialization.FindSerializerForType(typeof(Circle)));
        Assert.IsType<NamedSerializer>(Serialization.FindSerializerForType(typeof(Named)));
        Assert.IsType<NamedSerializer>(Serialization.FindSerializerForType(typeof(DerivedFromNamed)));
        Serialization.AddSerializationMap(typeof(DerivedFromNamed), Serialization.FindSerializerForType(typeof(Circle)));
        Assert.IsType<ShapeSerializer>(Serialization.FindSerializerForType(typeof(DerivedFromNamed)));
    }

    [Fact]
    public void Settings_reach_the_serializer_that_takes_them()
    {
        Assert.Equal("#circle", AkkaSerialization.ManifestFor(Serialization.FindSerializerForType(typeof(Circle)), new Circle()));
        Assert.IsType<Circle>(Serialization.Deserialize([], 4711, "#circle"));
    }

    [Theory]
    [InlineData(typeof(Unbound))]
    [InlineData(typeof(OptedOut))]
    public void A_type_without_a_binding_is_refused_and_named(Type type)
    {
        var error = Assert.Throws<SerializationException>(() => Serialization.FindSerializerForType(type));

        Assert.Contains(type.FullName!, error.Message);
        Assert.Contains("akka.actor.serialization-bindings", error.Message);
        Assert.Contains("RaftActors.Runtime.Tests\" = ", error.Message);
        Assert.Equal(17, Serialization.FindSerializerForType(type, "primitive").Identifier);
    }

    [Fact]
    public void An_unknown_serializer_is_refused_and_counted()
    {
        Assert.Contains("number 99", Assert.Throws<SerializationException>(() => Serialization.Deserialize([1], 99, "M")).Message);
        Assert.Equal((1, 0, 0), Refusals);
    }

    [Fact]
    public void An_unknown_manifest_is_refused_and_counted()
    {
        Assert.ThrowsAny<Exception>(() => Serialization.Deserialize([1], 4711, "square"));
        Assert.ThrowsAny<Exception>(() => Serialization.Deserialize([1, 2], 17, "I"));
        Assert.Equal((0, 0, 2), Refusals);
    }

    [Fact]
    public void A_type_named_by_a_sender_must_be_bound_to_its_serializer()
    {
        Assert.IsType<Named>(Serialization.Deserialize([], 4712, $"{typeof(Named).FullName}, RaftActors.Runtime.Tests"));

        foreach (var manifest in new[] { $"{typeof(Circle).FullName}, RaftActors.Runtime.Tests", "System.Diagnostics.Process, System.Diagnostics.Process", "No.Such, Thing", "[[" })
            Assert.Throws<SerializationException>(() => Serialization.Deserialize([], 4712, manifest));
        Assert.Equal((0, 4, 0), Refusals);
    }

    [Fact]
    public void Types_are_named_without_versions()
    {
        Assert.Equal("System.String, System.Private.CoreLib", TypeManifest.Of(typeof(string)));
        Assert.Equal("System.Collections.Generic.List`1[[System.Int32, System.Private.CoreLib]], System.Private.CoreLib", TypeManifest.Of(typeof(List<int>)));
        Assert.Equal("System.Byte[], System.Private.CoreLib", TypeManifest.Of(typeof(byte[])));
        Assert.Equal("Akka.Actor.Identify, Akka", TypeManifest.Of(typeof(Identify)));
        Assert.Equal("Akka.Persistence.Persistent, Akka.Persistence", TypeManifest.Of(typeof(Akka.Persistence.Persistent)));
    }

    [Fact]
    public void A_serializer_without_a_number_says_how_to_give_it_one()
    {
        var error = Assert.Throws<ConfigurationException>(() => new NumberlessSerializer((ExtendedActorSystem)_system).Identifier);
        Assert.Contains("akka.actor.serialization-identifiers", error.Message);
    }

    [Fact]
    public void Messages_within_messages_are_read_to_a_certain_depth()
    {
        Assert.Equal(32, Depth(Nested(32)));
        Assert.Contains("within each other", Assert.Throws<SerializationException>(() => Depth(Nested(100))).Message);
        Assert.Equal(32, Depth(Nested(32)));

        static object Nested(int depth) => Enumerable.Range(0, depth).Aggregate((object)"core", (inner, _) => new Status.Success(inner));

        int Depth(object message)
        {
            var serializer = Serialization.FindSerializerFor(message);
            var read = Serialization.Deserialize(Serialization.Serialize(message), serializer.Identifier, AkkaSerialization.ManifestFor(serializer, message));
            var depth = 0;
            for (; read is Status.Success success; read = success.Status)
                depth++;
            return depth;
        }
    }

    [Fact]
    public void References_travel_as_paths_and_come_back()
    {
        var actor = _system.ActorOf(Props.Empty, "someone");

        var path = AkkaSerialization.SerializedActorPath(actor);

        Assert.Equal("", AkkaSerialization.SerializedActorPath(null));
        Assert.StartsWith("akka://test/user/someone#", path);
        Assert.Equal(actor, Serialization.DeserializeActorRef(path));
    }

    [Fact]
    public void The_transport_is_known_while_something_is_serialized_for_it()
    {
        var system = (ExtendedActorSystem)_system;
        Assert.Throws<InvalidOperationException>(() => AkkaSerialization.GetCurrentTransportInformation());

        Assert.Same(_system, AkkaSerialization.WithTransport(system, () => AkkaSerialization.GetCurrentTransportInformation()).System);

        Assert.Throws<InvalidOperationException>(() => AkkaSerialization.GetCurrentTransportInformation());
    }

    private (long, long, long) Refusals => (Serialization.Refusals.UnknownSerializer, Serialization.Refusals.UnknownType, Serialization.Refusals.Malformed);

    private interface IShape;

    private sealed class Circle : IShape;

    private class Named : IShape;

    private sealed class DerivedFromNamed : Named;

    private sealed class Unbound;

    private sealed class OptedOut;

    private sealed class ShapeSerializer(ExtendedActorSystem system, Config settings) : SerializerWithStringManifest(system)
    {
        public override int Identifier => 4711;

        public override string Manifest(object o) => settings.GetString("prefix") + o.GetType().Name.ToLowerInvariant();

        public override byte[] ToBinary(object obj) => [];

        public override object FromBinary(byte[] bytes, string manifest) => manifest == "#circle" ? new Circle() : throw new ArgumentException(manifest);
    }

    private sealed class NamedSerializer(ExtendedActorSystem system) : Serializer(system)
    {
        public override bool IncludeManifest => true;

        public override byte[] ToBinary(object obj) => [];

        public override object FromBinary(byte[] bytes, Type? type) => Activator.CreateInstance(type!)!;
    }

    private sealed class NumberlessSerializer(ExtendedActorSystem system) : Serializer(system)
    {
        public override bool IncludeManifest => false;

        public override byte[] ToBinary(object obj) => [];

        public override object FromBinary(byte[] bytes, Type? type) => bytes;
    }
}
