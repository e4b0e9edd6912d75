using System.Diagnostics;
using Akka.Actor;
using RaftActors.Client;

namespace RaftActors.Bench;

/// <summary>
/// A number of closed-loop clients in one actor. Each proposes a command, waits until it is applied, and proposes the
/// next. Each client has one of the groups.
/// </summary>
internal sealed class LoadDriver : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly IReadOnlyList<IActorRef> _groups;
    private readonly byte[] _command;
    private readonly long[] _sentAt;
    private readonly double _seconds;
    private readonly LoadTally _tally;
    private readonly TaskCompletionSource<LoadResult> _result;
    private int _inFlight;
    private bool _isAnswered;

    public LoadDriver(IReadOnlyList<IActorRef> groups, LoadOrder order, TaskCompletionSource<LoadResult> result)
    {
        _groups = groups;
        _command = new byte[order.Bytes];
        new Random(1).NextBytes(_command);
        _sentAt = new long[order.Clients];
        _seconds = order.Seconds;
        _tally = LoadTally.Of(Stopwatch.GetTimestamp(), order);
        _result = result;
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        // A receive timeout would be restarted with each answer. That would cost the leader a tenth of what it
        // allocates.
        Timers.StartPeriodicTimer(nameof(Patience), Tick.Instance, Patience);
        for (var client = 0; client < _sentAt.Length; client++)
            Propose(client, Stopwatch.GetTimestamp());
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Proposed done:
                OnAnswer(done.CorrelationId, Outcome.Done);
                break;
            case ProposalFailed failed:
                OnAnswer(failed.CorrelationId, LoadTally.OutcomeOf(failed), failed.Reason.ToString());
                break;
            case Tick when _isAnswered:
                _isAnswered = false;
                break;
            case Tick:
                _result.TrySetException(new BenchException("The group does not answer."));
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnAnswer(long client, Outcome outcome, string reason = "")
    {
        var now = Stopwatch.GetTimestamp();
        _inFlight--;
        _isAnswered = true;
        _tally.Count(_sentAt[client], now, outcome, reason);
        if (now < _tally.End)
        {
            Propose((int)client, now);
        }
        else if (_inFlight == 0)
        {
            _result.TrySetResult(LoadResult.Of(_tally, _seconds));
            Context.Stop(Self);
        }
    }

    private void Propose(int client, long now)
    {
        _sentAt[client] = now;
        _inFlight++;
        _groups[client % _groups.Count].Tell(new Propose(_command, CorrelationId: client), Self);
    }

    /// <summary>If no operation was answered since the last tick, the driver gives up.</summary>
    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
