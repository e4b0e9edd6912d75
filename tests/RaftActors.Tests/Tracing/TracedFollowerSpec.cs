using System.Diagnostics;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Tests.SinglePeer;
using RaftActors.Tracing;
using Xunit.Abstractions;

namespace RaftActors.Tests.Tracing;

/// <summary>The spans of a follower whose disk does as it is told.</summary>
[Collection(Spans.Collection)]
public sealed class TracedFollowerSpec(ITestOutputHelper output) : PeerSpec(output)
{
    [Fact]
    public void The_write_of_an_entry_is_part_of_its_append_and_both_end_when_it_is_durable()
    {
        using var spans = new Spans();
        using var caller = spans.Call();
        StartCommanded(new HardState(1, null, null), 1);

        AppendTraced(B, caller, 1, 1, 1, Command(2, 1));
        var write = Disk.NextWrite();
        // Comes during the write, and is a part of the next one.
        AppendTraced(B, caller, 1, 2, 1, Command(3, 1));
        Assert.Equal(2, Status().LastIndex - 1);
        Assert.Equal([2L, 3L], spans.Of(RaftTraces.Append).Select(static span => span.GetTagItem("index")));
        Assert.Equal([2L], spans.Of(RaftTraces.JournalWrite).Select(static span => span.GetTagItem("index")));
        Assert.All(spans.All, static span => Assert.False(span.IsStopped));

        write.Succeed();
        Disk.NextWrite().Succeed();
        AdvanceUntil(() => !spans.AreOpen);
        Assert.Equal([2L, 3L], spans.Of(RaftTraces.JournalWrite).Select(static span => span.GetTagItem("index")));
    }

    [Fact]
    public void An_entry_that_the_next_leader_replaces_ends_its_spans_with_an_error()
    {
        using var spans = new Spans();
        using var caller = spans.Call();
        StartCommanded(new HardState(1, null, null), 1);
        AppendTraced(B, caller, 1, 1, 1, Command(2, 1));
        var write = Disk.NextWrite();

        C.Append(2, 1, 1, 0, Command(2, 2));
        Assert.Equal(2, Status().LastIndex);

        Assert.Equal(2, spans.All.Count);
        Assert.All(spans.All, static span => Assert.Equal(
            (true, ActivityStatusCode.Error, "The leader has another entry at this index."),
            (span.IsStopped, span.Status, span.StatusDescription)));
        write.Succeed();
    }

    private static void AppendTraced(FakePeer leader, Activity caller, long term, long previousIndex,
        long previousTerm, LogEntry entry)
    {
        EntryTrace[] traces = [new EntryTrace(entry.Index, TraceContext.Of(caller)!)];
        leader.Say(
            header => new AppendEntries(header, previousIndex, previousTerm, 0, 0, new EntryBatch([entry]))
            {
                Traces = traces,
            },
            term);
    }
}
