using RaftActors.Reads;

namespace RaftActors.Tests.Reads;

public sealed class ReadIndexQueueSpec
{
    private readonly ReadIndexQueue<string> _reads = new();

    [Fact]
    public void A_read_is_answered_once_a_majority_answered_its_round_and_its_index_is_applied()
    {
        _reads.Add("read");
        _reads.StartRound(commitIndex: 7);
        Assert.False(_reads.TryTake(7, out _));

        _reads.Confirm(_reads.Context);
        Assert.False(_reads.TryTake(6, out _));

        Assert.True(_reads.TryTake(7, out string read));
        Assert.Equal("read", read);
        Assert.Equal(0, _reads.Count);
    }

    [Fact]
    public void Reads_that_come_during_a_round_share_the_next()
    {
        _reads.Add("first");
        _reads.StartRound(1);
        long first = _reads.Context;
        _reads.Add("second");
        _reads.Add("third");
        Assert.False(_reads.WantsRound);

        _reads.Confirm(first);
        Assert.True(_reads.TryTake(1, out _));
        Assert.False(_reads.TryTake(1, out _));
        Assert.True(_reads.WantsRound);

        _reads.StartRound(2);
        _reads.Confirm(_reads.Context);
        Assert.True(_reads.TryTake(2, out string second));
        Assert.True(_reads.TryTake(2, out string third));
        Assert.Equal(("second", "third"), (second, third));
    }

    [Fact]
    public void An_answer_to_an_earlier_round_confirms_nothing()
    {
        _reads.Add("first");
        _reads.StartRound(1);
        long first = _reads.Context;
        _reads.Confirm(first);
        _reads.Add("second");
        _reads.StartRound(1);
        _reads.TryTake(1, out _);

        _reads.Confirm(first);

        Assert.False(_reads.TryTake(1, out _));
    }

    [Fact]
    public void All_reads_can_be_taken_back()
    {
        _reads.Add("confirmed");
        _reads.StartRound(1);
        _reads.Confirm(_reads.Context);
        _reads.Add("in a round");
        _reads.StartRound(1);
        _reads.Add("waiting");

        Assert.Equal(["confirmed", "in a round", "waiting"], _reads.TakeAll());
        Assert.Equal(0, _reads.Count);
    }
}
