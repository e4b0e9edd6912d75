using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace RaftActors.Coordination;

/// <summary>
/// Checks that the split brain resolver of an actor system fits together with the leases that it is to use.
/// </summary>
internal static class SplitBrainCheck
{
    private const string Resolver = "akka.cluster.split-brain-resolver";

    /// <summary>Logs a problem, if there is one.</summary>
    public static void Warn(ExtendedActorSystem system)
    {
        if (Problem(system) is { } problem)
            system.Log.Warning("{0}", problem);
    }

    /// <summary>
    /// The problem, in words; <c>null</c> if there is none, or if the resolver does not use leases on Raft.
    /// </summary>
    /// <remarks>
    /// While one node waits for the lease, the clock of <c>down-all-when-unstable</c> runs on all other nodes. If the
    /// answer takes longer than 3/4 of <c>stable-after</c>, or than 4 s if that is more, these nodes down all members.
    /// </remarks>
    public static string? Problem(ExtendedActorSystem system)
    {
        var config = system.Settings.Config;
        if (config.GetString($"{Resolver}.active-strategy", "") != "lease-majority")
            return null;
        string path = config.GetString($"{Resolver}.lease-majority.lease-implementation", "");
        if (path.Length == 0)
            return $"{Resolver}.lease-majority.lease-implementation is empty: name the section of the lease, "
                + $"{RaftLeaseSettings.DefaultSection}.";
        string? name = config.GetString($"{path}.lease-class", null);
        if (name is null)
            return $"{Resolver}.lease-majority.lease-implementation = {path}: there is no {path}.lease-class. Put "
                + "RaftLeases.DefaultConfig() behind the configuration of the actor system, or write the section.";
        if (!name.StartsWith(typeof(RaftLease).FullName!, StringComparison.Ordinal))
            return null;
        var section = config.GetConfig(path)
            .WithFallback(config.GetConfig("akka.coordination.lease") ?? ConfigurationFactory.Empty);
        var operation = section.GetTimeSpan("lease-operation-timeout", TimeSpan.FromSeconds(5));
        var stable = config.GetTimeSpan($"{Resolver}.stable-after");
        var longest = stable * 0.75 < TimeSpan.FromSeconds(4) ? TimeSpan.FromSeconds(4) : stable * 0.75;
        var delay = config.GetTimeSpan($"{Resolver}.lease-majority.acquire-lease-delay-for-minority");
        return operation + delay < longest ? null
            : $"{path}.lease-operation-timeout = {operation.TotalSeconds} s with {Resolver}.stable-after = "
                + $"{stable.TotalSeconds} s and"
            + $" acquire-lease-delay-for-minority = {delay.TotalSeconds} s: if the lease is not answered within "
                + $"{longest.TotalSeconds} s,"
            + " a healthy node downs all members. Set lease-operation-timeout to a quarter of stable-after at most.";
    }
}
