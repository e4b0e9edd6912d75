using RaftActors.Client;
using RaftActors.Linearizability.KeyValue;
using RaftActors.Log;
using RaftActors.TestKit;
using PendingProposal = RaftActors.TestKit.PendingProposal;

namespace RaftActors.Tests.Scenarios.KeyValue;

/// <summary>
/// One client of a key-value store, with one operation under way, which is recorded. Without a session an operation of
/// unknown outcome stays that, and the client goes on to the next; with one the client tries again under the same
/// number until it is answered.
/// </summary>
internal sealed class KeyValueClient(RaftCluster cluster, KeyValueRecorder recorder, int number, int keys,
    bool withSession, bool forward)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    private KeyValueInput? _input;
    private KeyValueRecorder.Call? _call;
    private PendingProposal? _proposal;
    private PendingQuery? _query;
    private PendingProposal? _opening;
    private TimeSpan _since;
    private long _session;
    private long _sequence;
    private int _values;

    /// <summary>How many operations were answered.</summary>
    public int Answered { get; private set; }

    /// <summary>Whether an operation is under way.</summary>
    public bool IsBusy => _input is not null;

    /// <summary>Takes note of an answer, as soon as it is there.</summary>
    public void Notice()
    {
        if (_query is { Result: { } result })
            Done(KeyValueMachine.Output(_input!, result.Result));
        else if (_proposal is { Proposed: { } proposed })
            Done(KeyValueMachine.Output(_input!, proposed.Response));
    }

    /// <summary>Starts an operation, or tries again, or gives up.</summary>
    /// <param name="start">Whether a new operation may be started.</param>
    public void GoOn(bool start = true)
    {
        Notice();
        if (withSession && _session == 0)
        {
            OpenSession();
            return;
        }
        if (_query is { Failed: not null } or { IsLost: true } || _proposal is { Failed: not null }
            or { IsLost: true } || (_input is not null && cluster.Now - _since > Patience))
            Failed();
        if (_input is null && start)
            Start();
        else if (_input is not null && _proposal is null && _query is null)
            Tell();
    }

    private void OpenSession()
    {
        if (_opening?.Opened is { } opened)
            _session = opened.SessionId;
        else if ((_opening is null || _opening.IsDone || cluster.Now - _since > Patience) && Running() is { } peer)
            (_opening, _since) = (cluster.OpenSession(peer), cluster.Now);
    }

    private void Start()
    {
        var random = cluster.Random;
        string key = $"key{random.Next(keys)}";
        // No value is written twice, so that each read says which write it saw; a compare-and-set expects one that some
        // client wrote lately.
        string value = $"{number}.{++_values}";
        _input = random.Next(10) switch
        {
            < 4 => KeyValueInput.Get(key),
            < 7 => KeyValueInput.Put(key, value),
            7 => KeyValueInput.CompareAndSet(key, $"{random.Next(4)}.{Math.Max(1, _values - random.Next(4))}", value),
            8 => KeyValueInput.Create(key, value),
            _ => KeyValueInput.Delete(key),
        };
        _sequence++;
        _call = recorder.Begin(number, _input);
        Tell();
    }

    private void Tell()
    {
        if (Running() is not { } peer)
            return;
        _since = cluster.Now;
        if (_input!.Kind == KeyValueKind.Get)
            _query = cluster.Query(peer, _input.Key, forward: forward);
        else
            _proposal = cluster.Propose(peer, KeyValueMachine.Command(_input), forward: forward,
                session: withSession ? new SessionStamp(_session, _sequence, _sequence) : null);
    }

    private void Done(KeyValueOutput output)
    {
        _call!.Return(output);
        Answered++;
        End();
    }

    private void Failed()
    {
        bool certain = _query is not null || _proposal is null or { Failed.OutcomeUnknown: false };
        // Whatever became of this try, under its number the next one gets its answer.
        if (withSession && _proposal?.Failed?.Reason is not (FailureReason.SessionExpired
            or FailureReason.ResponseForgotten))
        {
            (_proposal, _query) = (null, null);
            return;
        }
        if (_proposal?.Failed?.Reason is FailureReason.SessionExpired or FailureReason.ResponseForgotten)
            (certain, _session, _opening, _sequence) = (false, 0, null, 0);
        if (certain)
            _call!.NotDone();
        End();
    }

    private void End() => (_input, _call, _proposal, _query) = (null, null, null, null);

    private RaftPeer? Running() =>
        cluster.Peers[cluster.Random.Next(cluster.Peers.Count)] is { IsRunning: true } peer ? peer : null;
}
