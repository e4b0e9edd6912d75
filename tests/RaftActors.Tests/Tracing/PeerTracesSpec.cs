using System.Diagnostics;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Tests.Log;
using RaftActors.Tracing;

namespace RaftActors.Tests.Tracing;

/// <summary>What a peer keeps for its spans, and for how long.</summary>
[Collection(Spans.Collection)]
public sealed class PeerTracesSpec
{
    private static readonly PeerHeader Header = new("host:1", "group", "b", "store-b", 5, "store-a");

    private readonly PeerTraces _traces = Spans.OfFake();

    [Fact]
    public void So_many_entries_have_spans_and_no_more()
    {
        using var spans = new Spans();
        using var caller = spans.Call();
        var context = TraceContext.OfCaller();

        for (int index = 1; index <= PeerTraces.MaxEntries + 10; index++)
            _traces.Appended(Logs.Entry(index, 5), context);
        Assert.Equal(PeerTraces.MaxEntries, _traces.Count);
        Assert.Equal(PeerTraces.MaxEntries, spans.Of(RaftTraces.Append).Count);

        _traces.Written(10);
        _traces.Committed(10);
        _traces.Applied(10);
        Assert.Equal(PeerTraces.MaxEntries - 10, _traces.Count);
        _traces.LeadershipEnded();
        Assert.Equal(0, _traces.Count);
        Assert.False(spans.AreOpen);
    }

    [Fact]
    public void A_follower_keeps_so_many_spans_and_no_more()
    {
        using var spans = new Spans();
        using var caller = spans.Call();
        var context = TraceContext.OfCaller()!;
        int count = PeerTraces.MaxEntries + 10;
        var entries = new EntryBatch([.. Enumerable.Range(1, count).Select(static index => Logs.Entry(index, 5))]);
        EntryTrace[] named = [.. Enumerable.Range(1, count).Select(index => new EntryTrace(index, context))];

        _traces.Received(new AppendEntries(Header, 0, 0, 0, 0, entries) { Traces = named }, 0);
        Assert.Equal(PeerTraces.MaxEntries, _traces.Count);

        _traces.Written(count);
        Assert.Equal(0, _traces.Count);
        Assert.False(spans.AreOpen);
    }

    [Fact]
    public void A_follower_ignores_spans_of_entries_that_are_not_in_the_message_or_are_there_already()
    {
        using var spans = new Spans();
        using var caller = spans.Call();
        var context = TraceContext.OfCaller()!;
        var entries = new EntryBatch([Logs.Entry(4, 5), Logs.Entry(5, 5), Logs.Entry(6, 5)]);
        EntryTrace[] named = [.. new long[] { long.MinValue, 0, 3, 4, 5, 5, 7, long.MaxValue }
            .Select(index => new EntryTrace(index, context))];

        _traces.Received(new AppendEntries(Header, 3, 5, 0, 0, entries) { Traces = named }, persistedIndex: 4);
        // The same message comes again.
        _traces.Received(new AppendEntries(Header, 3, 5, 0, 0, entries) { Traces = named }, persistedIndex: 4);

        Assert.Equal([5L], spans.Of(RaftTraces.Append).Select(static span => span.GetTagItem("index")));
    }

    [Fact]
    public void Entries_that_the_leader_replaces_end_their_spans()
    {
        using var spans = new Spans();
        using var caller = spans.Call();
        var context = TraceContext.OfCaller()!;
        var entries = new EntryBatch([Logs.Entry(1, 5), Logs.Entry(2, 5)]);
        EntryTrace[] named = [new EntryTrace(1, context), new EntryTrace(2, context)];
        _traces.Received(new AppendEntries(Header, 0, 0, 0, 0, entries) { Traces = named }, 0);

        _traces.Truncated(1);

        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error],
            spans.Of(RaftTraces.Append).Select(static span => span.Status));
        Assert.Equal(1, _traces.Count);
        _traces.LogReplaced();
        Assert.Equal(0, _traces.Count);
    }

    [Fact]
    public void An_entry_that_is_sent_again_has_one_span_for_each_follower()
    {
        using var spans = new Spans();
        using var caller = spans.Call();
        _traces.Appended(Logs.Entry(1, 5), TraceContext.OfCaller());
        var batch = new EntryBatch([Logs.Entry(1, 5)]);

        var first = Assert.Single(_traces.Sending("b", batch));
        Assert.Equal(first, Assert.Single(_traces.Sending("b", batch)));
        Assert.NotEqual(first, Assert.Single(_traces.Sending("c", batch)));
        Assert.Empty(_traces.Sending("b", EntryBatch.Empty));

        Assert.Equal(2, spans.Of(RaftTraces.Replicate).Count);
    }

    [Fact]
    public void A_follower_that_does_not_confirm_is_waited_for_as_long_as_a_proposal_is()
    {
        using var spans = new Spans();
        using var caller = spans.Call();
        _traces.Appended(Logs.Entry(1, 5), TraceContext.OfCaller());
        _traces.Sending("b", new EntryBatch([Logs.Entry(1, 5)]));
        _traces.Written(1);
        _traces.Committed(1);
        _traces.Applied(1);
        var wait = new RaftSettings { Group = "group", MemberId = "a", Members = [] }.ForwardTimeout;

        _traces.EndOverdue(TimeSpan.FromSeconds(100));
        _traces.EndOverdue(TimeSpan.FromSeconds(100) + wait - TimeSpan.FromTicks(1));
        Assert.Equal(1, _traces.Count);
        _traces.EndOverdue(TimeSpan.FromSeconds(100) + wait);

        Assert.Equal(0, _traces.Count);
        Assert.Equal(ActivityStatusCode.Error, Assert.Single(spans.Of(RaftTraces.Replicate)).Status);
    }

    [Fact]
    public void Without_listeners_nothing_is_allocated_and_nothing_is_kept()
    {
        Assert.False(RaftTraces.AreOn);
        using var caller = Spans.Caller();
        var entry = Logs.Entry(1, 5);
        var batch = new EntryBatch([entry]);
        var append = new AppendEntries(Header, 0, 0, 0, 0, batch);
        var written = new StatePersisted(null, 0, [batch]);
        Pass();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            Pass();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, _traces.Count);

        void Pass()
        {
            var context = TraceContext.OfCaller();
            Assert.Null(_traces.Forwards(context));
            Assert.Null(_traces.Proposes(context));
            _traces.Appended(entry, context);
            _traces.Writing(written);
            _traces.Sending("b", batch);
            _traces.Received(append, 0);
            _traces.Written(1);
            _traces.Replicated("b", 1);
            _traces.Committed(1);
            _traces.Applied(1);
            _traces.EndOverdue(TimeSpan.Zero);
        }
    }

    [Fact]
    public void Nobody_keeps_what_another_node_names_while_nobody_listens()
    {
        Assert.False(RaftTraces.AreOn);
        using var caller = Spans.Caller();
        var named = new EntryTrace(1, TraceContext.Of(caller)!);
        var batch = new EntryBatch([Logs.Entry(1, 5)]);

        _traces.Received(new AppendEntries(Header, 0, 0, 0, 0, batch) { Traces = [named] }, 0);
        Assert.Null(_traces.Proposes(named.Context));

        Assert.Equal(0, _traces.Count);
    }

    [Fact]
    public void A_message_names_the_span_in_which_it_is_made()
    {
        using var spans = new Spans();
        Assert.Null(new Propose(new byte[1]).Trace);

        using var caller = spans.Call();
        Assert.Equal(caller.Context, new Propose(new byte[1]).Trace!.Context);

        using var other = new Activity("not of W3C").SetIdFormat(ActivityIdFormat.Hierarchical).Start();
        Assert.Null(new Propose(new byte[1]).Trace);
    }
}
