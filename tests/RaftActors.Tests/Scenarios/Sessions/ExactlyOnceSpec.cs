using System.Text;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.TestKit;
using Xunit.Abstractions;
using PendingProposal = RaftActors.TestKit.PendingProposal;

namespace RaftActors.Tests.Scenarios.Sessions;

/// <summary>Key-value service: append exactly once, as the peers see it.</summary>
public sealed class ExactlyOnceSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    private static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(5);

    [Fact]
    public void Append_exactly_once_after_a_lost_reply()
    {
        using var cluster = Start();
        long session = Open(cluster);

        var first = Append(cluster, cluster.Peers[0], "a", session, 1);
        var again = Append(cluster, cluster.Peers[1], "a", session, 1);

        Assert.Equal("a", Response(again));
        Assert.Equal((first.Proposed!.Index, first.Proposed.Term), (again.Proposed!.Index, again.Proposed.Term));
        Assert.Equal("ab", Response(Append(cluster, cluster.Peers[2], "b", session, 2, lowestPending: 2)));
        AssertText(cluster, "ab");
    }

    [Fact]
    public void Append_exactly_once_after_a_delay()
    {
        using var cluster = Start();
        var leader = cluster.CheckSingleLeader();
        long session = Open(cluster);
        var delayed = cluster.Hold(message => message.Original is ForwardProposal);
        var slow = cluster.Propose(Others(cluster, leader)[0], "a", session: new SessionStamp(session, 1, 1));
        cluster.Run(Milliseconds(10));

        Append(cluster, leader, "a", session, 1);
        Append(cluster, leader, "b", session, 2, lowestPending: 2);
        delayed.ReleaseAll();
        cluster.Await(slow);

        // The client has acknowledged it by now: nobody remembers the response, and nothing is done.
        Assert.Equal(FailureReason.ResponseForgotten, slow.Failed!.Reason);
        AssertText(cluster, "ab");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Append_exactly_once_after_a_crash(bool ofAll)
    {
        using var cluster = Start();
        var leader = cluster.CheckSingleLeader();
        long session = Open(cluster);
        var lost = cluster.Propose(leader, "a", session: new SessionStamp(session, 1, 1));
        cluster.Run(Milliseconds(10));
        var crashed = ofAll ? cluster.Peers.ToList() : [leader];
        crashed.ForEach(cluster.Crash);
        crashed.ForEach(cluster.Restart);
        var next = cluster.CheckSingleLeader();

        var again = Append(cluster, next, "a", session, 1);

        Assert.Equal("a", Response(again));
        Assert.Equal(lost.Proposed!.Index, again.Proposed!.Index);
        AssertText(cluster, "a");
    }

    [Fact]
    public void A_command_that_never_reached_the_log_is_applied_when_it_is_tried_again()
    {
        using var cluster = Start();
        var old = cluster.CheckSingleLeader();
        long session = Open(cluster);
        cluster.CutOff(old);
        var lost = cluster.Propose(old, "a", session: new SessionStamp(session, 1, 1));
        cluster.Await(() => AnotherLeads(cluster, old), "another leader is elected");

        Append(cluster, Others(cluster, old)[0], "a", session, 1);
        cluster.HealAll();
        cluster.Await(lost, Seconds(20));

        AssertText(cluster, "a");
    }

    [Fact]
    public void A_command_of_an_unknown_session_is_refused_and_never_applied()
    {
        using var cluster = Start();
        cluster.CheckSingleLeader();

        foreach (long session in new[] { 0L, -1, 999 })
            Assert.Equal(FailureReason.SessionExpired,
                Append(cluster, cluster.Peers[0], "a", session, 1).Failed!.Reason);

        AssertText(cluster, "");
    }

    [Fact]
    public void A_session_that_was_closed_is_unknown()
    {
        using var cluster = Start();
        cluster.CheckSingleLeader();
        long session = Open(cluster);

        Assert.NotNull(cluster.Await(cluster.CloseSession(cluster.Peers[1], session)).Proposed);

        Assert.Equal(FailureReason.SessionExpired, Append(cluster, cluster.Peers[0], "a", session, 1).Failed!.Reason);
        Assert.Equal(FailureReason.SessionExpired,
            cluster.Await(cluster.CloseSession(cluster.Peers[1], session)).Failed!.Reason);
        Assert.Equal(FailureReason.SessionExpired,
            cluster.Await(cluster.KeepSessionAlive(cluster.Peers[1], session)).Failed!.Reason);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public void A_step_of_the_leaders_wall_clock_neither_ends_a_session_nor_keeps_it(int seconds)
    {
        using var cluster = Start();
        var leader = cluster.CheckSingleLeader();
        long session = Open(cluster);

        cluster.StepWallClock(leader, Seconds(seconds));

        cluster.Run(SessionTimeout / 2);
        Assert.Equal("a", Response(Append(cluster, leader, "a", session, 1)));
        cluster.Run(SessionTimeout + Seconds(3));
        Assert.Equal(FailureReason.SessionExpired, Append(cluster, leader, "b", session, 2).Failed!.Reason);
    }

    [Fact]
    public void A_session_whose_client_falls_silent_expires_although_nothing_else_happens()
    {
        using var cluster = Start(settings => settings with { MaxSessions = 1 });
        var leader = cluster.CheckSingleLeader();
        long session = Open(cluster);
        Assert.Equal(FailureReason.Overloaded, cluster.Await(cluster.OpenSession(leader)).Failed!.Reason);

        cluster.Run(SessionTimeout + Seconds(3));

        long next = Open(cluster);
        Assert.NotEqual(session, next);
        Assert.Equal(FailureReason.SessionExpired, Append(cluster, leader, "a", session, 1).Failed!.Reason);
        Assert.Equal("b", Response(Append(cluster, leader, "b", next, 1)));
    }

    [Fact]
    public void A_cluster_without_sessions_keeps_no_time()
    {
        using var cluster = Start();
        var leader = cluster.CheckSingleLeader();
        long session = Open(cluster);
        cluster.Run(Seconds(4));
        cluster.Await(cluster.CloseSession(leader, session));
        long last = cluster.StatusOf(leader)!.LastIndex;

        cluster.Run(Seconds(30));

        Assert.Equal(last, cluster.StatusOf(leader)!.LastIndex);
    }

    [Fact]
    public void Signs_of_life_keep_a_session_open()
    {
        using var cluster = Start();
        cluster.CheckSingleLeader();
        long session = Open(cluster);
        for (int i = 0; i < 8; i++)
        {
            cluster.Run(Seconds(3));
            Assert.NotNull(cluster.Await(cluster.KeepSessionAlive(cluster.Peers[i % 3], session)).Proposed);
        }

        Assert.Equal("a", Response(Append(cluster, cluster.Peers[0], "a", session, 1)));
    }

    [Fact]
    public void A_session_outlives_a_time_in_which_nobody_led()
    {
        using var cluster = Start();
        cluster.CheckSingleLeader();
        long session = Open(cluster);
        Append(cluster, cluster.Peers[0], "a", session, 1);
        cluster.Partition();
        cluster.Run(Seconds(60));
        cluster.HealAll();
        cluster.CheckSingleLeader();

        Assert.Equal("a", Response(Append(cluster, cluster.Peers[0], "a", session, 1)));
        AssertText(cluster, "a");
    }

    [Fact]
    public void A_command_beyond_the_responses_that_may_wait_is_refused_and_can_be_tried_again()
    {
        using var cluster = Start(settings => settings with { MaxSessionResponses = 2 });
        var leader = cluster.CheckSingleLeader();
        long session = Open(cluster);
        Append(cluster, leader, "a", session, 1);
        Append(cluster, leader, "b", session, 2);

        Assert.Equal(FailureReason.Overloaded, Append(cluster, leader, "c", session, 3).Failed!.Reason);
        Assert.Equal("abc", Response(Append(cluster, leader, "c", session, 3, lowestPending: 2)));
        AssertText(cluster, "abc");
    }

    [Fact]
    public void The_limits_of_the_leader_count_whichever_peer_was_asked()
    {
        using var cluster = Start(settings =>
            settings with { SessionTimeout = settings.MemberId == "peer1" ? Seconds(7) : Seconds(9) });
        var leader = cluster.CheckSingleLeader();

        foreach (var peer in cluster.Peers)
            Assert.Equal(leader.Id == "peer1" ? Seconds(7) : Seconds(9),
                cluster.Await(cluster.OpenSession(peer)).Opened!.Timeout);
    }

    private RaftCluster Start(Func<RaftSettings, RaftSettings>? change = null) =>
        Start(3, change: settings => settings with
    {
        StateMachine = () => new AppendingText(),
        Raft = raft => (change ?? (same => same))(raft with { SessionTimeout = SessionTimeout }),
    });

    private static long Open(RaftCluster cluster) =>
        cluster.Await(cluster.OpenSession(cluster.Peers[0])).Opened!.SessionId;

    private static PendingProposal Append(RaftCluster cluster, RaftPeer peer, string text, long session, long sequence,
        long lowestPending = 1) =>
        cluster.Await(cluster.Propose(peer, text, session: new SessionStamp(session, sequence, lowestPending)));

    private static string Response(PendingProposal proposal) =>
        Encoding.UTF8.GetString((byte[])proposal.Proposed!.Response!);

    private static bool AnotherLeads(RaftCluster cluster, RaftPeer old) =>
        Others(cluster, old).Exists(peer => cluster.StatusOf(peer)!.Role == RaftRole.Leader);

    private static void AssertText(RaftCluster cluster, string text)
    {
        cluster.CheckNothingLost();
        foreach (var peer in cluster.Peers)
            Assert.Equal(text, ((AppendingText)peer.StateMachine!).Text);
    }
}
