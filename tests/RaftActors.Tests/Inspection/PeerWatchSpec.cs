using RaftActors.Client;
using RaftActors.Inspection;
using Xunit.Abstractions;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Inspection;

/// <summary>A peer notices that it has known no leader for a while, or is behind, and when that has ended.</summary>
public sealed class PeerWatchSpec(ITestOutputHelper output) : PeerPartsSpec(output)
{
    private static readonly TimeSpan Patience = PeerProblems.Patience(Settings);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_peer_that_has_known_no_leader_for_longer_than_an_election_says_who_is_missing()
    {
        PeerWatch.OnLeaderless(TimeSpan.Zero);
        PeerWatch.OnHeard("b", knowsLeader: false, Patience - Moment);
        PeerWatch.OnLeaderless(Patience - Moment);
        Assert.Null(PeerWatch.WhyNoLeader);

        PeerWatch.OnLeaderless(Patience);

        Assert.Contains("c at host:3", PeerWatch.WhyNoLeader);
        Assert.DoesNotContain("host:2", PeerWatch.WhyNoLeader);
        Assert.Equal(PeerProblemKind.NoLeader, Assert.Single(PeerWatch.Problems).Kind);
    }

    [Fact]
    public void The_time_without_a_leader_begins_when_the_leader_is_lost()
    {
        PeerWatch.OnLeader(B.Member, TimeSpan.Zero);
        PeerWatch.OnLeader(null, Patience);

        PeerWatch.OnLeaderless((2 * Patience) - Moment);
        Assert.Null(PeerWatch.WhyNoLeader);
        PeerWatch.OnLeaderless(2 * Patience);

        Assert.NotNull(PeerWatch.WhyNoLeader);
    }

    [Fact]
    public void A_leader_ends_what_was_wrong_without_one()
    {
        PeerWatch.OnLeaderless(TimeSpan.Zero);
        PeerWatch.OnLeaderless(Patience);
        Problems.Begin(PeerProblemKind.StoreInUse, "Another node runs with the store.");
        Problems.Begin(PeerProblemKind.OtherGroup, "Another group is there.");
        Problems.Begin(PeerProblemKind.Behind, "It is behind.");

        PeerWatch.OnLeader(B.Member, Patience);

        Assert.Equal(PeerProblemKind.Behind, Assert.Single(PeerWatch.Problems).Kind);
        PeerWatch.OnLeaderless(2 * Patience);
        Assert.Null(PeerWatch.WhyNoLeader);
    }

    [Fact]
    public void Who_was_heard_while_there_was_a_leader_may_be_gone_since()
    {
        PeerWatch.OnHeard("b", knowsLeader: true, Patience);
        PeerWatch.OnLeaderless(TimeSpan.Zero);

        PeerWatch.OnLeaderless(Patience);

        Assert.Contains("b at host:2", PeerWatch.WhyNoLeader);
    }

    [Fact]
    public void A_peer_that_applies_too_little_for_too_long_is_behind_until_it_has_caught_up()
    {
        Hear(committed: 10, from: TimeSpan.Zero, to: Patience - Moment);
        Assert.Empty(PeerWatch.Problems);

        Hear(committed: 20, from: Patience, to: Patience);
        Assert.Equal(PeerProblemKind.Behind, Assert.Single(PeerWatch.Problems).Kind);

        Applied(10);
        Hear(committed: 20, from: Patience, to: Patience);
        Assert.Single(PeerWatch.Problems);
        Applied(20);
        Hear(committed: 20, from: Patience, to: Patience);

        Assert.Empty(PeerWatch.Problems);
    }

    [Fact]
    public void A_replica_that_is_set_aside_is_no_slow_one()
    {
        Peer.SetAside(3);

        Hear(committed: 10, from: TimeSpan.Zero, to: 2 * Patience);

        Assert.Empty(PeerWatch.Problems);
    }

    // Heartbeats come often, or the time between them would not count.
    private void Hear(long committed, TimeSpan from, TimeSpan to)
    {
        for (var at = from; at < to; at += Patience / 10)
            PeerWatch.OnCommitKnown(committed, at);
        PeerWatch.OnCommitKnown(committed, to);
    }
}
