using RaftActors.Linearizability.KeyValue;

namespace RaftActors.Linearizability.Tests;

public sealed class CounterexampleSpec
{
    [Fact]
    public void It_names_the_first_answer_that_no_order_explains_and_an_order_up_to_it()
    {
        var history = new HistoryBuilder().Put(0, 1, "a").Get(2, 3, "a").Put(4, 5, "b").Get(6, 7, "a").Put(8, 9, "c")
            .Get(10, 11, "nonsense");

        var counterexample = history.Check().Counterexample!;

        Assert.Equal(history.Operations[3], counterexample.Obstacle);
        Assert.Equal(history.Operations.Take(3), counterexample.Prefix);
        Assert.Empty(counterexample.UnderWay);
    }

    [Fact]
    public void It_is_reduced_to_the_operations_that_contradict_each_other()
    {
        var history = new HistoryBuilder();
        for (var i = 0; i < 100; i++)
            history.Put(10 * i, (10 * i) + 2, $"v{i}").Get((10 * i) + 3, (10 * i) + 5, $"v{i}");
        history.Get(2000, 2001, "v98");

        var counterexample = history.Check().Counterexample!;

        // The stale read, and the write after which it is stale: that write, or the read that saw it, bounds when it
        // took effect.
        Assert.Contains(history.Operations[^1], counterexample.Smallest);
        Assert.InRange(counterexample.Smallest.Count, 2, 4);
        Assert.All(counterexample.Smallest,
            operation => Assert.Contains(operation with { Return = null },
            history.Operations.Select(o => o with { Return = null })));
        Assert.Contains("get x -> \"v98\"", counterexample.Text);
        Assert.Contains("after which the state is: \"v99\"", counterexample.Text);
    }

    [Fact]
    public void What_was_under_way_is_told()
    {
        var history = new HistoryBuilder().Put(0, 1, "a").Put(2, null, "b").Put(3, 20, "c").Get(4, 5, "z");

        var counterexample = history.Check().Counterexample!;

        Assert.Equal(["b", "c"], counterexample.UnderWay.Select(o => o.Input.Value));
        Assert.Equal([history.Operations[3]], counterexample.Smallest);
    }

    [Fact]
    public void It_reads_as_text()
    {
        var result = new HistoryBuilder().Put(0, 1, "a").Put(2, 3, "b").Get(4, 5, "a").Check();

        Assert.Equal(
            """
            Not linearizable: x, of 3 operations. No order explains the answer of
              client 2   [4 .. 5] get x -> "a"
            An order of what was answered before it:
              client 0   [0 .. 1] put x "a" -> done
              client 1   [2 .. 3] put x "b" -> done
            after which the state is: "b"
            These contradict each other, wherever the others are put:
              client 0   [0 .. 1] put x "a" -> done
              client 1   [2 .. 3] put x "b" -> done
              client 2   [4 .. 5] get x -> "a"
            """.ReplaceLineEndings(), result.ToString().ReplaceLineEndings());
    }
}
