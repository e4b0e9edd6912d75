using Akka.Actor;

namespace RaftActors;

/// <summary>Finds out whether the remoting of an actor system was started with what a group needs.</summary>
internal static class RemotingCheck
{
    // Akka.NET's own defaults: whoever wrote another value wanted it.
    private static readonly (string Key, TimeSpan Default)[] Durations =
    [
        ("akka.remote.retry-gate-closed-for", TimeSpan.FromSeconds(5)),
        ("akka.remote.transport-failure-detector.acceptable-heartbeat-pause", TimeSpan.FromSeconds(120)),
    ];

    /// <summary>What to do about it, for messages.</summary>
    public const string Advice = "Remoting reads its settings when the actor system starts: write it in the configuration"
        + " that ActorSystem.Create is given, or put .WithFallback(Raft.DefaultConfig()) behind that configuration.";

    /// <summary>Whether an actor system has remoting.</summary>
    public static bool HasRemoting(ExtendedActorSystem system) => system.Provider.DefaultAddress.Host is not null;

    /// <summary>What costs a group time after a lost connection; <c>null</c> if nothing does.</summary>
    public static string? Problem(ExtendedActorSystem system)
    {
        if (!HasRemoting(system))
            return null;
        var wanted = ReferenceConfig.LoadRemoting();
        var missing = Durations
            .Where(each => system.Settings.Config.GetTimeSpan(each.Key, each.Default) == each.Default)
            .Select(each => $"{each.Key} = {each.Default.TotalSeconds:0} s, which should be {wanted.GetString(each.Key)}")
            .ToList();
        return missing.Count == 0 ? null
            : "Remoting runs with defaults that cost a group several elections when a node fails: "
            + $"{string.Join("; ", missing)}. {Advice}";
    }
}
