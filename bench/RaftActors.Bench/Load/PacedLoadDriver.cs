using System.Diagnostics;
using Akka.Actor;
using RaftActors.Client;

namespace RaftActors.Bench;

/// <summary>Proposes commands at a rate, and waits for all the answers.</summary>
internal sealed class PacedLoadDriver : UntypedActor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IActorRef _group;
    private readonly byte[] _command;
    private readonly TaskCompletionSource<LoadResult> _result;
    private readonly double _seconds;
    private readonly LoadTally _tally;
    private readonly Pacer _pacer;
    private long _answered;
    private long? _started;

    public PacedLoadDriver(IActorRef group, LoadOrder order, TaskCompletionSource<LoadResult> result)
    {
        _group = group;
        _result = result;
        _seconds = order.Seconds;
        _command = new byte[order.Bytes];
        new Random(1).NextBytes(_command);
        var start = Stopwatch.GetTimestamp();
        _tally = LoadTally.Of(start, order);
        _pacer = new Pacer(order.Rate!.Value, start, _tally.End);
    }

    protected override void PreStart()
    {
        SetReceiveTimeout(Patience);
        var self = Self;
        _pacer.Start(operation => _group.Tell(new Propose(_command, CorrelationId: operation), self),
            started => self.Tell(new Ended(started)));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Proposed done:
                Count(done.CorrelationId, Outcome.Done);
                break;
            case ProposalFailed failed:
                Count(failed.CorrelationId, LoadTally.OutcomeOf(failed), failed.Reason.ToString());
                break;
            case Ended ended:
                _started = ended.Started;
                break;
            case ReceiveTimeout:
                _tally.CountUnanswered((_started ?? 0) - _answered);
                _answered = _started ?? 0;
                break;
            default:
                Unhandled(message);
                break;
        }
        if (_started == _answered)
        {
            _result.TrySetResult(LoadResult.Of(_tally, _seconds));
            Context.Stop(Self);
        }
    }

    private void Count(long operation, Outcome outcome, string reason = "")
    {
        _tally.Count(_pacer.DueAt(operation), Stopwatch.GetTimestamp(), outcome, reason);
        _answered++;
    }

    /// <summary>The pacer has ended.</summary>
    private sealed record Ended(long Started);
}
