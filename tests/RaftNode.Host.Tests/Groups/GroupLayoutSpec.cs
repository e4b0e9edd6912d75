using System.Text;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Groups;

public sealed class GroupLayoutSpec
{
    private static readonly GroupLayout Many = new("kv", 64);

    [Theory]
    // XXH64 with seed 0, as its reference implementation computes it: ef46db3751d8e999, d24ec4f1a98c6e5b, and so on.
    // These numbers are in the logs of every cluster with several groups.
    [InlineData("", 0xef46db3751d8e999)]
    [InlineData("a", 0xd24ec4f1a98c6e5b)]
    [InlineData("abc", 0x44bc2cf5ad770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xfbcea83c8a378bf1)]
    public void The_group_of_a_key_is_its_hash_modulo_the_number_of_groups(string key, ulong hash)
    {
        Assert.Equal((int)(hash % 64), Many.Of(key));
        Assert.Equal((int)(hash % 7), new GroupLayout("kv", 7).Of(key));
        Assert.Equal(0, new GroupLayout("kv", 1).Of(key));
    }

    [Fact]
    public void A_key_is_hashed_as_UTF_8_however_long_it_is()
    {
        string[] keys = ["größe", "鍵", "🗝", new('k', 170), new('ü', 171), new('鍵', 9000)];
        foreach (string key in keys)
        {
            ulong hash = System.IO.Hashing.XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(key));
            Assert.Equal((int)(hash % 64), Many.Of(key));
        }
    }

    [Fact]
    public void Keys_are_spread_over_all_groups()
    {
        var counts = Enumerable.Range(0, 6400).GroupBy(number => Many.Of($"key {number}"))
            .Select(static group => group.Count()).ToArray();
        Assert.Equal(64, counts.Length);
        Assert.All(counts, static count => Assert.InRange(count, 50, 150));
    }

    [Fact]
    public void The_number_of_groups_is_a_part_of_their_names()
    {
        Assert.Equal("kv-17-of-64", Many.NameOf(17));
        Assert.Equal("kv", new GroupLayout("kv", 1).NameOf(0));
        Assert.Equal(["raft-kv-node1"], new GroupLayout("kv", 1).PersistenceIds("node1"));
        Assert.Equal(["raft-kv-0-of-2-node1", "raft-kv-1-of-2-node1"],
            new GroupLayout("kv", 2).PersistenceIds("node1"));
    }

    [Theory]
    [InlineData("raft-kv-node1", 1)]
    [InlineData("raft-kv-0-of-64-node1", 64)]
    [InlineData("raft-kv-7-of-8-node1", 8)]
    [InlineData("raft-kv-node2", 0)]
    [InlineData("raft-kv-0-of-64-node2", 0)]
    [InlineData("raft-other-0-of-64-node1", 0)]
    [InlineData("raft-kv-of-node1", 0)]
    [InlineData("raft-kv--node1", 0)]
    public void A_persistence_id_says_how_many_groups_its_node_has(string id, int count) =>
        Assert.Equal(count, Many.CountOf(id, "node1"));

    [Theory]
    [InlineData("kv-17-of-64", "kv", 64, 17)]
    [InlineData("a-0-of-2-1-of-3", "a-0-of-2", 3, 1)]
    public void The_name_of_a_group_says_which_one_it_is(string name, string all, int count, int number)
    {
        var layout = GroupLayout.Parse(name)!;
        Assert.Equal((all, count, number), (layout.Name, layout.Count, layout.NumberOf(name)));
    }

    [Theory]
    [InlineData("kv")]
    [InlineData("kv-64-of-64")]
    [InlineData("kv-0-of-1")]
    [InlineData("kv-0-of-1025")]
    [InlineData("kv-00-of-64")]
    [InlineData("-0-of-64")]
    [InlineData("0-of-64")]
    [InlineData("kv-of-64")]
    [InlineData("kv-x-of-64")]
    public void Other_names_are_not_of_one_of_several_groups(string name)
    {
        Assert.Null(GroupLayout.Parse(name));
        Assert.Equal(-1, Many.NumberOf(name));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(63, 4294967313)]
    public void A_session_number_says_in_which_group_the_session_is(int group, long session)
    {
        Assert.Equal((group, session), Many.SessionOf(Many.SessionNumber(group, session)));
        Assert.Equal(session, new GroupLayout("kv", 1).SessionNumber(0, session));
    }
}
