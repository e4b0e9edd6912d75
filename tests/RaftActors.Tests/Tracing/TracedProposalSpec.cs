using System.Diagnostics;
using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.Storage;
using RaftActors.TestKit;
using RaftActors.Tests.Scenarios;
using RaftActors.Tracing;
using Xunit.Abstractions;

namespace RaftActors.Tests.Tracing;

/// <summary>The spans of proposals to whole groups, in virtual time.</summary>
[Collection(Spans.Collection)]
public sealed class TracedProposalSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Fact]
    public void A_proposal_to_a_follower_is_one_trace_over_all_nodes()
    {
        using var spans = new Spans();
        using var cluster = StartIdle();
        var (leader, asked, other) = Roles(cluster);

        using var caller = spans.Call();
        var proposal = cluster.Propose(asked, "traced");
        caller.Stop();
        var proposed = cluster.Await(proposal).Proposed!;
        cluster.Await(() => !spans.AreOpen, "all spans have ended");

        Assert.Equal(Lines($"""
            raft.forward Client on {asked}
              raft.propose Server on {leader}
                raft.append Internal on {leader}
                  raft.journal.write Internal on {leader}
                raft.replicate Client on {leader} to {First(asked, other)}
                  raft.append Server on {First(asked, other)}
                    raft.journal.write Internal on {First(asked, other)}
                raft.replicate Client on {leader} to {Last(asked, other)}
                  raft.append Server on {Last(asked, other)}
                    raft.journal.write Internal on {Last(asked, other)}
                raft.commit Internal on {leader}
                raft.apply Internal on {leader}
            """), Lines(spans.Tree(caller)));
        Assert.All(spans.All, span =>
        {
            Assert.Equal(("test", proposed.Index, proposed.Term),
                (span.GetTagItem("group"), span.GetTagItem("index"), span.GetTagItem("term")));
            Assert.Equal(ActivityStatusCode.Unset, span.Status);
        });
        Assert.Equal([6, 6, 6], spans.Of(RaftTraces.Append).Select(static span => span.GetTagItem("bytes")));
        Assert.Equal([1L, 1L, 1L], spans.Of(RaftTraces.JournalWrite).Select(static span => span.GetTagItem("entries")));
    }

    [Fact]
    public void A_proposal_to_the_leader_is_not_forwarded()
    {
        using var spans = new Spans();
        using var cluster = StartIdle();
        var leader = cluster.AwaitLeader();

        using var caller = spans.Call();
        var proposal = cluster.Propose(leader, "traced");
        caller.Stop();
        cluster.Await(proposal);
        cluster.Await(() => !spans.AreOpen, "all spans have ended");

        Assert.Empty(spans.Of(RaftTraces.Forward));
        var propose = Assert.Single(spans.Of(RaftTraces.Propose));
        Assert.Equal((caller.SpanId, ActivityKind.Internal), (propose.ParentSpanId, propose.Kind));
    }

    [Fact]
    public void A_caller_that_is_not_recorded_has_no_spans()
    {
        using var spans = new Spans();
        using var cluster = StartIdle();

        using var caller = spans.Call(isRecorded: false);
        var proposal = cluster.Propose(Roles(cluster).Asked, "not recorded");
        caller.Stop();
        cluster.Await(proposal);

        Assert.Empty(spans.All);
    }

    [Fact]
    public void Without_listeners_no_message_names_a_span_and_no_peer_keeps_one()
    {
        Assert.False(RaftTraces.AreOn);
        using var cluster = StartIdle();
        var named = new List<object>();
        cluster.WatchMessages((message, _) =>
        {
            if (message.Original is AppendEntries { Traces.Count: > 0 } or ForwardProposal { Trace: not null })
                named.Add(message.Original);
        });

        using var caller = Spans.Caller();
        Assert.Null(new Propose(new byte[1]).Trace);
        var proposal = cluster.Propose(Roles(cluster).Asked, "not traced");
        caller.Stop();
        cluster.Await(proposal);

        Assert.Empty(named);
    }

    [Fact]
    public void The_current_activity_of_a_thread_stays_what_it_is()
    {
        using var spans = new Spans();
        using var cluster = StartIdle();

        // All peers take their turns on this thread.
        using var caller = spans.Call();
        cluster.Await(cluster.Propose(Roles(cluster).Asked, "traced"));
        cluster.Await(() => !spans.AreOpen, "all spans have ended");

        Assert.Same(caller, Activity.Current);
    }

    [Fact]
    public void A_lost_leadership_ends_the_spans_and_the_outcome_is_unknown()
    {
        using var spans = new Spans();
        using var cluster = StartIdle();
        var leader = cluster.AwaitLeader();
        cluster.CutOff(leader);

        using var caller = spans.Call();
        var proposal = cluster.Propose(leader, "lost");
        caller.Stop();
        Assert.Equal(FailureReason.OutcomeUnknown, cluster.Await(proposal).Failed!.Reason);

        Assert.False(spans.AreOpen);
        var propose = Assert.Single(spans.Of(RaftTraces.Propose));
        Assert.Equal((ActivityStatusCode.Error, "outcome_unknown"), (propose.Status, propose.GetTagItem("reason")));
        Assert.Contains("lost its leadership", propose.StatusDescription);
        var commit = Assert.Single(spans.Of(RaftTraces.Commit));
        Assert.Equal((ActivityStatusCode.Error, "The leader lost its leadership."),
            (commit.Status, commit.StatusDescription));
        Assert.All(spans.Of(RaftTraces.Replicate), static span => Assert.Equal(ActivityStatusCode.Error, span.Status));
        // Its own disk had the entry before.
        Assert.Equal(ActivityStatusCode.Unset, Assert.Single(spans.Of(RaftTraces.Append)).Status);
    }

    [Fact]
    public void A_proposal_that_nobody_takes_ends_its_span_with_the_reason()
    {
        using var spans = new Spans();
        using var cluster = StartIdle();
        var asked = Roles(cluster).Asked;
        foreach (var other in Others(cluster, asked))
            cluster.CutOff(other);
        cluster.Await(() => cluster.StatusOf(asked)!.Leader is null, "the leader is given up");

        using var caller = spans.Call();
        var proposal = cluster.Propose(asked, "nobody");
        caller.Stop();
        cluster.Await(proposal);

        Assert.Equal($"raft.forward Client on {asked}: no_leader", spans.Tree(caller));
        Assert.False(spans.AreOpen);
    }

    [Fact]
    public void A_follower_that_is_down_does_not_keep_spans()
    {
        using var spans = new Spans();
        using var cluster = StartIdle();
        var (leader, down, _) = Roles(cluster);
        cluster.Crash(down);

        using var caller = spans.Call();
        var proposal = cluster.Propose(leader, "traced");
        caller.Stop();
        cluster.Await(proposal);
        cluster.Await(() => !spans.AreOpen, "all spans have ended");

        var overdue = spans.Of(RaftTraces.Replicate).Single(span => (string?)span.GetTagItem("follower") == down.Id);
        Assert.Equal(ActivityStatusCode.Error, overdue.Status);
        Assert.Contains("did not confirm", overdue.StatusDescription);
        Assert.Same(leader, cluster.CheckSingleLeader());
    }

    [Fact]
    public void A_peer_that_stops_ends_its_spans()
    {
        using var spans = new Spans();
        using var cluster = StartIdle();
        var leader = cluster.AwaitLeader();
        cluster.FailNextWrite(leader);

        using var caller = spans.Call();
        var proposal = cluster.Propose(leader, "fails");
        caller.Stop();
        cluster.Await(proposal);
        cluster.Await(() => !spans.AreOpen, "all spans have ended");

        var write = spans.Of(RaftTraces.JournalWrite).First(span => (string?)span.GetTagItem("member") == leader.Id);
        Assert.Equal((ActivityStatusCode.Error, "The peer stopped."), (write.Status, write.StatusDescription));
    }

    [Fact]
    public void A_trace_changes_nothing_that_peers_do_or_store()
    {
        var lines = Run(isRecorded: false);
        Assert.Contains(lines, static line => line.StartsWith("event ", StringComparison.Ordinal));
        Assert.Equal(lines, Run(isRecorded: true));

        List<string> Run(bool isRecorded)
        {
            using var spans = new Spans();
            var lines = new List<string>();
            using var cluster = StartIdle();
            cluster.Trace(lines.Add);
            var (leader, asked, _) = Roles(cluster);
            using var caller = spans.Call(isRecorded);
            var proposal = cluster.Propose(asked, "first");
            caller.Stop();
            cluster.Await(proposal);
            cluster.CutOff(leader);
            cluster.One("second", 2);
            cluster.HealAll();
            cluster.One("third", 3);
            Assert.Equal(isRecorded, spans.All.Count > 0);
            foreach (var peer in cluster.Peers)
                lines.AddRange(Journal(peer));
            return lines;
        }
    }

    private RaftCluster StartIdle()
    {
        var cluster = Start(3);
        cluster.CheckSingleLeader();
        cluster.One("before", 3);
        cluster.Run(Milliseconds(200));
        return cluster;
    }

    /// <summary>The bytes of all events of a peer.</summary>
    private static IEnumerable<string> Journal(RaftPeer peer) => peer.Disk.Store
        .Stream(PersistenceIds.OfPeer("test", peer.Id)).Read(0, long.MaxValue, long.MaxValue)
        .Select(static stored => $"event {Convert.ToHexString(stored.Event.Bytes)}");

    private static (RaftPeer Leader, RaftPeer Asked, RaftPeer Other) Roles(RaftCluster cluster)
    {
        var leader = cluster.AwaitLeader();
        return (leader, After(cluster, leader), After(cluster, leader, 2));
    }

    private static RaftPeer First(RaftPeer a, RaftPeer b) => string.CompareOrdinal(a.Id, b.Id) < 0 ? a : b;

    private static RaftPeer Last(RaftPeer a, RaftPeer b) => First(a, b) == a ? b : a;

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").Split('\n');
}
