using RaftActors.Membership;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Tests.KeyValue;

/// <summary>Positions across a restore or a recover.</summary>
public sealed class PositionSpec
{
    private static readonly History[] Founded = [new("1111111111111111aaaaaaaaaaaaaaaa", 1)];
    private static readonly History[] Restored = [.. Founded, new("2222222222222222bbbbbbbbbbbbbbbb", 13)];
    private static readonly History[] RestoredOtherwise = [.. Founded, new("3333333333333333cccccccccccccccc", 13)];
    private static readonly History[] RestoredTwice = [.. Restored, new("4444444444444444dddddddddddddddd", 20)];

    [Theory]
    [InlineData(12, "12")]
    [InlineData(13, "13-222222222222")]
    [InlineData(99, "99-222222222222")]
    public void A_position_names_its_history_but_the_first_one(long index, string text)
    {
        Assert.Equal(text, Position.Of(index, Restored).ToString());
        Assert.True(Position.TryParse(text, out var read));
        Assert.Equal(Position.Of(index, Restored), read);
        Assert.Equal($"{index}", Position.Of(index, Founded).ToString());
    }

    [Theory]
    [InlineData("12", true)]
    [InlineData("13", false)]
    [InlineData("99", false)]
    [InlineData("13-222222222222", true)]
    [InlineData("99-222222222222", true)]
    [InlineData("99-333333333333", false)]
    public void Only_a_position_up_to_where_the_histories_part_is_one_of_the_restored_group(string text, bool isOf)
    {
        Assert.True(Position.TryParse(text, out var position));
        Assert.Equal(isOf, position.IsOf(Restored));
    }

    [Fact]
    public void What_a_second_restore_gives_up_is_none_of_its_positions()
    {
        Assert.True(Position.Of(19, Restored).IsOf(RestoredTwice));
        Assert.False(Position.Of(20, Restored).IsOf(RestoredTwice));
        Assert.False(Position.Of(20, RestoredOtherwise).IsOf(RestoredTwice));
        Assert.False(Position.Of(13, Restored).IsOf(RestoredOtherwise));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("1-xyz")]
    [InlineData("1-22222222222")]
    [InlineData("1-2222222222222")]
    [InlineData("1-22222222222G")]
    public void What_no_node_has_written_is_no_position(string text) => Assert.False(Position.TryParse(text, out _));

    [Fact]
    public void A_watcher_of_a_history_that_was_given_up_is_not_sent_the_changes_of_another()
    {
        var store = new KeyValueStore(new ChangeHistory(100, 10_000));
        store.EnterHistory(Restored);
        for (long index = 14; index < 20; index++)
            store.Apply(new RaftActors.Log.LogEntry(index, 5, RaftActors.Log.EntryKind.Command, 0, default),
                new PutValue("key", new byte[] { 1 }, WriteCondition.None));
        var changes = new List<Change>();

        Assert.Null(store.ReadChanges(new Position(15, ""), "", 10, changes));
        Assert.Empty(changes);
        Assert.True(store.WaitAsync(new Position(61, "")).IsCompleted);
        Assert.Null(store.ReadChanges(new Position(61, ""), "", 10, changes));

        Assert.Equal(new Position(19, "222222222222"),
            store.ReadChanges(new Position(15, "222222222222"), "", 10, changes));
        Assert.Equal([16, 17, 18, 19], changes.Select(change => change.Index));
        Assert.False(store.WaitAsync(new Position(19, "222222222222")).IsCompleted);
    }
}
