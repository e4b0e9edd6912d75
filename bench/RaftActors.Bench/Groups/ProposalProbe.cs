using System.Diagnostics;
using Akka.Actor;
using RaftActors.Client;
using RaftNode.Host.Commands.Load;

namespace RaftActors.Bench;

/// <summary>The latencies of a <see cref="ProposalProbe"/>, in milliseconds.</summary>
/// <param name="Count">How many proposals were done.</param>
/// <param name="Failed">How many failed, or were not answered in time.</param>
/// <param name="P50">The median.</param>
/// <param name="P99">The latency that 99 of 100 do not exceed.</param>
/// <param name="Max">The longest latency.</param>
internal sealed record ProbeResult(long Count, long Failed, double P50, double P99, double Max);

/// <summary>
/// Proposes a small command to a group that does nothing else, again and again with pauses, until it is stopped.
/// </summary>
internal sealed class ProposalProbe
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task<ProbeResult> _running;

    /// <summary>Begins.</summary>
    public ProposalProbe(IActorRef group) => _running = Task.Run(() => RunAsync(group));

    /// <summary>Ends, and returns the latencies.</summary>
    public async Task<ProbeResult> StopAsync()
    {
        await _stop.CancelAsync();
        var result = await _running;
        _stop.Dispose();
        return result;
    }

    private async Task<ProbeResult> RunAsync(IActorRef group)
    {
        var latencies = new LatencyHistogram();
        long failed = 0;
        byte[] command = new byte[16];
        while (!_stop.IsCancellationRequested)
        {
            long since = Stopwatch.GetTimestamp();
            try
            {
                if (await group.Ask<object>(new Propose(command), Patience) is Proposed)
                    latencies.Record(Stopwatch.GetTimestamp() - since);
                else
                    failed++;
            }
            catch (AskTimeoutException)
            {
                failed++;
            }
            await Task.Delay(Pause);
        }
        return new ProbeResult(latencies.Count, failed, latencies.Percentile(0.5), latencies.Percentile(0.99),
            latencies.MaxMilliseconds);
    }
}
