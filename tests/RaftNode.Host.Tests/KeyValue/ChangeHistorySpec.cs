using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Tests.KeyValue;

public sealed class ChangeHistorySpec
{
    [Fact]
    public void Whatever_is_added_the_last_changes_are_read_in_order_from_any_index_on()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var most = random.Next(1, 40);
            var history = new ChangeHistory(most, 1 << 20);
            var all = new List<Change>();
            for (var index = 1L; index <= 100; index += random.Next(1, 4))
            {
                all.Add(new Change(index, $"{(char)('a' + random.Next(3))}{index}", new byte[random.Next(3)]));
                history.Add(all[^1]);
            }
            var kept = all.TakeLast(most).ToList();
            Assert.Equal(all.Count > most ? all[^(most + 1)].Index : 0, history.Floor);
            foreach (var prefix in (string[])["", "a", "none"])
            {
                var after = random.NextInt64(history.Floor, 105);
                Assert.Equal(kept.Where(change => change.Index > after && change.Key.StartsWith(prefix))
                    .Select(change => change.Index), ReadAll(history, after, prefix, random.Next(1, 9)));
            }
        }
    }

    [Fact]
    public void The_bytes_of_keys_and_values_are_bounded()
    {
        var history = new ChangeHistory(1000, 10_000);
        for (var index = 1; index <= 100; index++)
            history.Add(new Change(index, "key", new byte[1000]));
        Assert.Equal(91, history.Floor);
        history.Add(new Change(101, "key", new byte[20_000]));
        Assert.Equal(101, history.Floor);
        Assert.Empty(ReadAll(history, 101, "", 10));
        history.Add(new Change(102, "key", null));
        Assert.Equal([102], ReadAll(history, 101, "", 10));
    }

    [Fact]
    public void It_can_begin_at_any_index()
    {
        var history = new ChangeHistory(10, 1000);
        history.Add(new Change(3, "a", null));
        history.StartAfter(7);
        Assert.Equal(7, history.Floor);
        history.Add(new Change(9, "b", null));
        Assert.Equal([9], ReadAll(history, 7, "", 10));
    }

    private static List<long> ReadAll(ChangeHistory history, long after, string prefix, int most)
    {
        var changes = new List<Change>();
        while (history.Read(after, prefix, most, changes) is { } upTo)
            after = upTo;
        return changes.ConvertAll(change => change.Index);
    }
}
