using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using RaftActors.Linearizability.KeyValue;

namespace RaftActors.Linearizability.Tests;

public sealed class GeneratedHistorySpec
{
    [Fact]
    public void A_history_of_an_execution_with_one_moment_an_operation_is_linearizable() => Prop.ForAll<int>(seed =>
    {
        var history = GeneratedHistory.Make(seed, 400, clients: 1 + (int)((uint)seed % 9), keys: 2, unknownPercent: 6);

        return Check(history).IsLinearizable;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void With_a_stale_read_it_is_not() => Prop.ForAll<int>(seed =>
    {
        var history = GeneratedHistory.Make(seed, 200, clients: 5, keys: 1, unknownPercent: 3);
        // The value before the last, read after everything has returned.
        var end = history.Max(o => o.Return ?? o.Call) + 10;
        history.Add(new(0, end, end + 1, KeyValueInput.Put("k0", "old"), KeyValueOutput.Yes));
        history.Add(new(0, end + 2, end + 3, KeyValueInput.Put("k0", "new"), KeyValueOutput.Yes));
        history.Add(new(1, end + 4, end + 5, KeyValueInput.Get("k0"), KeyValueOutput.Found("old")));

        var result = Check(history);
        return result.Verdict == Verdict.NotLinearizable && result.Counterexample!.Obstacle == history[^1];
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void With_a_lost_update_it_is_not() => Prop.ForAll<int>(seed =>
    {
        var history = GeneratedHistory.Make(seed, 200, clients: 5, keys: 1, unknownPercent: 3);
        var end = history.Max(o => o.Return ?? o.Call) + 10;
        history.Add(new(0, end, end + 1, KeyValueInput.Put("k0", "base"), KeyValueOutput.Yes));
        history.Add(new(0, end + 2, end + 9, KeyValueInput.CompareAndSet("k0", "base", "mine"), KeyValueOutput.Yes));
        history.Add(new(1, end + 3, end + 8, KeyValueInput.CompareAndSet("k0", "base", "yours"), KeyValueOutput.Yes));

        return Check(history).Verdict == Verdict.NotLinearizable;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Of_small_histories_it_says_what_trying_every_order_says()
    {
        var (yes, no) = (0, 0);
        Prop.ForAll<int>(seed =>
        {
            var history = Arbitrary(new Random(seed));
            var expected = BruteForce.IsLinearizable(history);
            _ = expected ? yes++ : no++;
            return Check(history).IsLinearizable == expected;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4000));

        // The draw is of use only while both occur often.
        Assert.True(yes > 400 && no > 400, $"{yes} were linearizable, {no} were not");
    }

    [Fact]
    public void Of_small_histories_the_counterexample_is_one() => Prop.ForAll<int>(seed =>
    {
        var history = Arbitrary(new Random(seed));
        if (Check(history).Counterexample is not { } counterexample)
            return true;
        // The prefix is an order of what returned before the obstacle, and the obstacle's answer is not explained by
        // all that had been called then.
        var end = counterexample.Obstacle.Return;
        var then = history.Where(o => o.Call <= end)
            .Select(o => o.Return <= end ? o : o with { Return = null, Output = null }).ToList();
        return !BruteForce.IsLinearizable(then)
            && BruteForce.IsLinearizable([.. history.Where(o => o.Call <= end)
                .Select(o => o.Return < end ? o : o with { Return = null, Output = null })])
            && history.Where(o => o.Return < end).All(counterexample.Prefix.Contains)
            && counterexample.Smallest.All(o =>
                history.Exists(given => given with { Return = null } == o with { Return = null }));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public void A_hundred_thousand_operations_take_seconds(int keys)
    {
        var history = GeneratedHistory.Make(7, 105_000, clients: 16, keys, unknownPercent: keys > 1 ? 1 : 0);
        Assert.True(history.Count > 100_000);
        var started = Stopwatch.GetTimestamp();

        Assert.True(Check(history).IsLinearizable);
        history.Add(new(0, 9_000_000, 9_000_001, KeyValueInput.Get("k0"), KeyValueOutput.Found("nonsense")));
        Assert.Equal(history[^1], Check(history).Counterexample!.Obstacle);

        // Minutes would mean that the search looks at situations again and again; what is measured is seconds.
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(2),
            $"it took {Stopwatch.GetElapsedTime(started)}");
    }

    private static CheckResult<KeyValueInput, KeyValueOutput> Check(
        IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> history) =>
        LinearizabilityChecker.Check(KeyValueModel.Instance, history);

    /// <summary>Up to seven operations of one key with answers at random.</summary>
    private static List<Operation<KeyValueInput, KeyValueOutput>> Arbitrary(Random random)
    {
        string?[] values = ["a", "b", null];
        string? Value(int count) => values[random.Next(count)];
        var history = new List<Operation<KeyValueInput, KeyValueOutput>>();
        for (var i = random.Next(2, 8); i > 0; i--)
        {
            var call = random.Next(20);
            var input = (KeyValueKind)random.Next(5) switch
            {
                KeyValueKind.Get => KeyValueInput.Get("x"),
                KeyValueKind.Put => KeyValueInput.Put("x", Value(2)!),
                KeyValueKind.Delete => KeyValueInput.Delete("x"),
                KeyValueKind.Create => KeyValueInput.Create("x", Value(2)!),
                _ => KeyValueInput.CompareAndSet("x", Value(3), Value(3)),
            };
            var output = input.Kind switch
            {
                KeyValueKind.Get => KeyValueOutput.Found(Value(3)),
                KeyValueKind.Put =>
                    random.Next(3) == 0 ? KeyValueOutput.Replaced(random.Next(2) == 0) : KeyValueOutput.Yes,
                _ => new KeyValueOutput(random.Next(2) == 0),
            };
            var unknown = random.Next(5) == 0;
            history.Add(new Operation<KeyValueInput, KeyValueOutput>(i, call, unknown ? null : call + random.Next(10),
                input, unknown ? null : output));
        }
        return history;
    }
}
