using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RaftActors.Client;

namespace RaftActors.Hosting;

/// <summary>Checks whether this node's peer of a group runs, and whether the peer can serve requests.</summary>
/// <typeparam name="TKey">The group's key in the actor registry.</typeparam>
/// <param name="group">The group.</param>
/// <param name="timeout">How long to wait for the peer's answer.</param>
internal sealed class RaftHealthCheck<TKey>(string group, TimeSpan timeout)
{
    /// <summary>
    /// The time within which the whole check ends, so that it does not delay the report of other checks.
    /// </summary>
    public TimeSpan Bound { get; } = timeout + TimeSpan.FromSeconds(1);

    /// <summary>Healthy while the peer runs, knows a leader and has no problem.</summary>
    public async Task<HealthCheckResult> CheckReadinessAsync(
        ActorSystem system, ActorRegistry registry, CancellationToken cancellationToken)
    {
        var (status, problem, _) = await AskAsync(registry, cancellationToken).ConfigureAwait(false);
        if (status is null)
            return HealthCheckResult.Unhealthy(problem);
        var data = new Dictionary<string, object>
        {
            ["role"] = status.Role.ToString(),
            ["term"] = status.Term,
            ["leader"] = status.Leader?.Id ?? "",
            ["commitIndex"] = status.CommitIndex,
            ["appliedIndex"] = status.AppliedIndex,
        };
        if (status.Problems is [var first, ..])
            return HealthCheckResult.Unhealthy(first.Reason, data: data);
        return status.Leader is { } leader
            ? HealthCheckResult.Healthy($"The leader of group {group} is {leader.Id}.", data)
            : HealthCheckResult.Unhealthy($"The peer {status.MemberId} of group {group} knows no leader.", data: data);
    }

    /// <summary>Healthy unless the peer has failed for good. Restarting the process may help then.</summary>
    public async Task<HealthCheckResult> CheckLivenessAsync(
        ActorSystem system, ActorRegistry registry, CancellationToken cancellationToken)
    {
        var (_, problem, hasFailed) = await AskAsync(registry, cancellationToken).ConfigureAwait(false);
        return hasFailed ? HealthCheckResult.Unhealthy(problem) : HealthCheckResult.Healthy();
    }

    private async Task<(RaftStatus? Status, string Problem, bool HasFailed)> AskAsync(
        ActorRegistry registry, CancellationToken cancellationToken)
    {
        if (!registry.TryGet<TKey>(out var peer))
            return (null, $"The peer of group {group} has not been started yet.", false);
        try
        {
            var asking = peer.Ask<RaftStatus>(GetStatus.Instance, timeout, cancellationToken);
            var status = await asking.ConfigureAwait(false);
            return (status, "", false);
        }
        catch (AskTimeoutException)
        {
            string why = "it recovers, or its store cannot be used. The log says which.";
            return (null, $"The peer of group {group} has not answered for {timeout.TotalSeconds} s: {why}", false);
        }
        catch (PeerStoppedException e)
        {
            return (null, e.Message, !e.IsRemoved);
        }
    }
}
