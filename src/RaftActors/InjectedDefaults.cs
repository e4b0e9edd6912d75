using Akka.Actor;
using Akka.Persistence;

namespace RaftActors;

/// <summary>
/// Puts <c>reference.conf</c> behind the configuration of an actor system that was made without it. The user's own
/// settings keep their priority.
/// </summary>
/// <remarks>
/// <para>
/// Whenever defaults are put behind the configuration, Akka.NET makes all serializers and their bindings anew from the
/// whole configuration. A serializer that was added to <see cref="ActorSystem.Serialization"/> by a call would then be
/// lost. A serializer from the configuration stays.
/// </para>
/// <para>
/// Remoting has read its settings when the actor system started. So <c>remoting.conf</c>, remoting's part of the
/// defaults, is left out: the configuration would show settings that have no effect. <see cref="SystemCheck"/> says
/// which settings are missing.
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
        // Defaults that are added later come before earlier ones. So add those of Akka.Persistence first, or they would
        // hide ours.
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
