using Akka.Actor;
using Akka.Persistence;

namespace RaftActors;

/// <summary>
/// Puts <c>reference.conf</c> behind the configuration of an actor system that was made without it. What the user has
/// written counts.
/// </summary>
/// <remarks>
/// <para>
/// Serializers and their bindings are made anew from the whole configuration whenever defaults are put behind it. So a
/// serializer that was added to <see cref="ActorSystem.Serialization"/> by a call would be gone when the next extension
/// does the same; one from the configuration stays.
/// </para>
/// <para>
/// Remoting has read its settings when the actor system started. Its part of the defaults, <c>remoting.conf</c>, is
/// therefore left out: the configuration would only seem to have it. <see cref="SystemCheck"/> says what is missing.
/// </para>
/// </remarks>
internal sealed class InjectedDefaults : IExtension
{
    // The name of the serializer in reference.conf.
    private const string Serializer = "akka.actor.serializers.raft";

    private InjectedDefaults(ExtendedActorSystem system)
    {
        if (system.Settings.Config.HasPath(Serializer))
            return;
        // Later defaults come before earlier ones: those of Akka.Persistence would hide ours.
        Persistence.Instance.Apply(system);
        system.Settings.InjectTopLevelFallback(ReferenceConfig.Load());
    }

    /// <summary>Makes sure that an actor system has the defaults.</summary>
    public static void EnsureIn(ActorSystem system) => system.WithExtension<InjectedDefaults, Id>();

    private sealed class Id : ExtensionIdProvider<InjectedDefaults>
    {
        public override InjectedDefaults CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
