using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.TestKit;
using Xunit.Abstractions;
using PendingProposal = RaftActors.TestKit.PendingProposal;

namespace RaftActors.Tests.Scenarios.Elections;

public sealed class LeadershipTransferSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [InMemoryJournal(1, 2, 3)]
    [SqliteJournal(1)]
    public void The_named_peer_leads_in_the_next_term_and_whoever_asked_learns_it_at_any_peer(JournalKind journal,
        int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();
        cluster.One("before", 3);

        foreach (var asked in cluster.Peers)
        {
            var target = After(cluster, leader);
            var transferred = cluster.Await(cluster.TransferLeadership(asked, target), Seconds(1)).Transferred;

            Assert.Equal((target.Member, ++term), (transferred!.Leader, transferred.Term));
            Assert.Same(leader = target, cluster.CheckSingleLeader(Seconds(1)));
        }
        cluster.One("after", 3);
        cluster.CheckNothingLost();
    }

    [Theory]
    [InMemoryJournal(1, 2, 3, 4, 5)]
    [SqliteJournal(1)]
    public void Under_load_every_command_is_answered_and_none_is_lost(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 5, seed);
        cluster.CheckSingleLeader();
        var proposals = new List<PendingProposal>();
        for (int round = 0; round < 40; round++)
        {
            foreach (var peer in cluster.Peers)
                proposals.Add(cluster.Propose(peer, $"{round} of {peer}"));
            if (round % 4 == 3)
                cluster.TransferLeadership(Some(cluster, 1)[0], Some(cluster, 1)[0]);
            cluster.Run(Milliseconds(10));
        }

        cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsDone), "all are answered");
        Assert.All(proposals.Where(proposal => proposal.Proposed is null),
            proposal => Assert.Equal(FailureReason.OutcomeUnknown, proposal.Failed!.Reason));
        Assert.InRange(proposals.Count(proposal => proposal.Proposed is not null), proposals.Count / 2,
            proposals.Count);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_target_that_is_cut_off_costs_the_leader_nothing_but_the_wait(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();
        var target = Others(cluster, leader)[0];
        cluster.CutOff(target);

        var transfer = cluster.TransferLeadership(leader, target);
        var waits = cluster.Propose(leader, "waits");

        Assert.Equal(FailureReason.TransferTimedOut, cluster.Await(transfer).Failed!.Reason);
        Assert.NotNull(cluster.Await(waits).Proposed);
        cluster.Heal(target);
        Assert.Same(leader, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());
    }

    [Theory]
    [InMemoryJournal(1, 2, 3)]
    public void A_leader_that_crashes_in_the_middle_of_a_transfer_is_replaced(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        var leader = cluster.CheckSingleLeader();
        cluster.One("before", 3);
        var target = Others(cluster, leader)[0];
        var held = cluster.Hold(message => message.Original is TimeoutNow);

        cluster.TransferLeadership(leader, target);
        cluster.Run(Milliseconds(20));
        cluster.Crash(leader);
        cluster.CheckSingleLeader();
        held.ReleaseAll();

        cluster.One("after", 2);
        cluster.Restart(leader);
        cluster.One("last", 3);
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void An_order_to_take_over_that_arrives_late_disturbs_nobody(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        var target = Others(cluster, leader)[0];
        var held = cluster.Hold(message => message.Original is TimeoutNow);
        Assert.NotNull(cluster.Await(cluster.TransferLeadership(leader, target)).Failed);
        held.Drop();
        var order = cluster.Hold(message => message.Original is TimeoutNow);
        cluster.TransferLeadership(leader, target);
        cluster.Run(Milliseconds(1));
        cluster.Crash(leader);
        var next = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();

        order.ReleaseAll();
        cluster.Run(Seconds(2));

        Assert.Same(next, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());
    }

    [Theory]
    [InMemoryJournal(1, 2, 3, 4, 5)]
    [SqliteJournal(1)]
    public void A_rolling_restart_loses_no_answer_and_no_time(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed, settings => settings with
        {
            Raft = raft => raft with { ElectionTimeoutMin = Seconds(2), ElectionTimeoutMax = Seconds(4) },
        });
        cluster.CheckSingleLeader(Seconds(60));
        cluster.One("before", 3);

        for (int round = 0; round < 6; round++)
        {
            var stopped = round % 2 == 0 ? cluster.CheckSingleLeader() : cluster.Peers[round % 3];
            var asked = Others(cluster, stopped)[0];
            var proposals = new List<PendingProposal>();
            for (int i = 0; i < 20; i++)
                proposals.Add(cluster.Propose(asked, $"{round}.{i}"));
            cluster.Stop(stopped, Milliseconds(200));
            for (int i = 20; i < 40; i++)
                proposals.Add(cluster.Propose(asked, $"{round}.{i}"));

            cluster.Await(() => proposals.TrueForAll(proposal => proposal.IsDone), "all are answered",
                Milliseconds(200));
            Assert.All(proposals, proposal => Assert.NotNull(proposal.Proposed));
            cluster.Restart(stopped);
            cluster.CheckSingleLeader();
        }
        cluster.CheckNothingLost();
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_peer_that_campaigns_while_the_leader_is_well_changes_nothing(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3);
        var leader = cluster.CheckSingleLeader();
        long term = cluster.CheckTerm();

        foreach (var peer in cluster.Peers)
            cluster.Campaign(peer);
        cluster.Run(Seconds(2));

        Assert.Same(leader, cluster.CheckSingleLeader());
        Assert.Equal(term, cluster.CheckTerm());
    }

    [Theory, InMemoryJournal, SqliteJournal]
    public void A_peer_that_campaigns_when_the_leader_is_gone_need_not_wait(JournalKind journal)
    {
        using var cluster = StartWith(journal, 3,
            change: settings =>
            settings with { Raft = raft =>
            raft with { ElectionTimeoutMin = Seconds(1), ElectionTimeoutMax = Seconds(60) } });
        var leader = cluster.CheckSingleLeader(Seconds(300));
        cluster.CutOff(leader);
        cluster.Run(Seconds(1));
        var next = Others(cluster, leader).Find(peer => cluster.StatusOf(peer)!.Role == RaftRole.Follower)!;

        cluster.Campaign(next);

        cluster.Await(() => cluster.StatusOf(next)!.Role == RaftRole.Leader, "it leads", Milliseconds(100));
    }
}
