using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Reads;
using RaftActors.Requests;
using RaftActors.StateMachines;

namespace RaftActors;

// The rounds of heartbeats by which a leader answers reads (dissertation, section 6.4). How reads come to the leader is
// in Requests/ClientRequests.cs, and when they are answered in Requests/PendingReads.cs.
internal sealed partial class RaftActor
{
    // All reads that came while a round was under way share the next. There is no round before an entry of the leader's
    // own term is committed: until then the leader may not know what is committed.
    private void StartReadRound()
    {
        var leading = _leading!;
        if (!leading.Reads.WantsRound || _raftLog.CommitIndex < leading.FirstIndex)
            return;
        Wake();
        _rest.Stir();
        leading.Reads.StartRound(_raftLog.CommitIndex);
        _leases.OnRound(leading, Now);
        foreach (var follower in leading.Followers)
            Send(_addresses.Of(follower.Server), AppendEntriesTo(follower, EntryBatch.Empty));
        ConfirmReads();
    }

    private void ConfirmReads()
    {
        var rounds = _leading!.Reads;
        if (rounds.Count == 0)
            return;
        rounds.Confirm(_leading.MajorityReadContext(), this);
        _reads.Ask();
        if (rounds.WantsRound)
            RequestFlush();
    }

    // A query that this leader could not confirm changes nothing when it is asked again, of the next leader.
    private void DropReads(ReadIndexQueue rounds)
    {
        var (queries, confirmations) = rounds.TakeAll();
        foreach (var query in queries)
            _forwarding.Wait(new ForwardedRequest.Read(query));
        foreach (var confirmation in confirmations)
            confirmation.Fail(this, FailureReason.NotLeader, WhyNotLeader);
    }

    private void OnQueriesAnswered(QueriesAnswered answered)
    {
        if (_machine.IsPresent(answered.Machine))
            _reads.OnAnswered(answered);
    }
}
