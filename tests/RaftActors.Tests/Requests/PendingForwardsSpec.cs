using Akka.Actor;
using RaftActors.Log;
using RaftActors.Reads;
using RaftActors.Requests;

namespace RaftActors.Tests.Requests;

public sealed class PendingForwardsSpec
{
    private readonly PendingForwards _forwards = new(leaderWait: Seconds(1), answerWait: Seconds(5), firstId: 100);

    [Fact]
    public void What_waits_for_a_leader_is_overdue_after_that_wait()
    {
        _forwards.Wait(Forward(1), Seconds(0));
        Assert.Equal(Seconds(1), _forwards.NextDeadline());
        Assert.False(_forwards.TryTakeOverdue(Seconds(0.9), out _, out _));

        Assert.True(_forwards.TryTakeOverdue(Seconds(1), out var forward, out bool wasSent));
        Assert.Equal((1, false), (IdOf(forward), wasSent));
        Assert.True(_forwards.IsEmpty);
    }

    [Fact]
    public void What_was_sent_is_overdue_after_its_wait()
    {
        _forwards.Send(Forward(1), "host:1", Seconds(0));
        _forwards.Send(Forward(2), "host:1", Seconds(1));

        Assert.True(_forwards.TryTakeOverdue(Seconds(5.5), out var forward, out bool wasSent));
        Assert.Equal((1, true), (IdOf(forward), wasSent));
        Assert.False(_forwards.TryTakeOverdue(Seconds(5.5), out _, out _));
        Assert.Equal(Seconds(6), _forwards.NextDeadline());
    }

    [Fact]
    public void An_answer_takes_what_was_sent_once()
    {
        var forward = Forward(1);
        _forwards.Send(forward, "host:1", Seconds(0));

        Assert.True(_forwards.TryTakeSent(forward.Id, out _));
        Assert.False(_forwards.TryTakeSent(forward.Id, out _));
        Assert.Null(_forwards.NextDeadline());
    }

    [Fact]
    public void What_waits_again_after_it_was_sent_is_overdue_at_its_new_time()
    {
        var forward = Forward(1);
        _forwards.Send(forward, "host:1", Seconds(0));
        _forwards.TryTakeSent(forward.Id, out _);
        _forwards.Send(forward, "host:2", Seconds(3));

        Assert.False(_forwards.TryTakeOverdue(Seconds(5), out _, out _));
        Assert.True(_forwards.TryTakeOverdue(Seconds(8), out _, out _));
    }

    [Fact]
    public void Only_what_was_sent_to_a_lost_leader_is_taken_from_it()
    {
        _forwards.Send(Forward(1), "host:1", Seconds(0));
        _forwards.Send(Forward(2), "host:2", Seconds(0));
        _forwards.Wait(Forward(3), Seconds(0));

        Assert.Equal(1, IdOf(Assert.Single(_forwards.TakeSentTo("host:1"))));
        Assert.Equal(2, _forwards.Proposals);
    }

    [Fact]
    public void Counts_and_bytes_follow()
    {
        _forwards.Wait(Forward(1, bytes: 10), Seconds(0));
        var query = new PendingQuery(ActorRefs.Nobody, 2, "question");
        _forwards.Send(new ForwardedRequest.Read(query), "host:1", Seconds(0));
        Assert.Equal((1, 1, 10), (_forwards.Proposals, _forwards.Others, _forwards.Bytes));

        _forwards.TryTakeWaiting(out _);
        _forwards.TakeSent();
        Assert.Equal((0, 0, 0), (_forwards.Proposals, _forwards.Others, _forwards.Bytes));
    }

    [Fact]
    public void A_former_leader_keeps_what_it_still_answers()
    {
        _forwards.Send(new ForwardedRequest.Transfer("c", ActorRefs.Nobody, 1), "host:1", Seconds(0));

        Assert.Empty(_forwards.TakeSentTo("host:1"));
        Assert.Single(_forwards.TakeSent());
    }

    private static long IdOf(ForwardedRequest request) =>
        ((ForwardedRequest.Proposal)request).Entry.Session!.Sequence;

    private static ForwardedRequest.Proposal Forward(long number, int bytes = 1)
    {
        var payload = new Payload(new byte[bytes], 0, "");
        var entry = new ProposedEntry(EntryKind.Command, payload, new SessionStamp(1, number, 1), false);
        return new(entry, new Proposer(ActorRefs.Nobody, number));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
