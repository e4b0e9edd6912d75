using RaftActors.Membership;

namespace RaftActors.Tests.Membership;

public sealed class ConfigurationSpec
{
    private readonly Configuration _three = new([new Server("b", "host:2", "store-b"),
        new Server("a", "host:1", "store-a"), new Server("c", "host:3", "")]);

    [Fact]
    public void A_member_counts_only_under_the_store_it_is_bound_to()
    {
        Assert.True(_three.Counts("a", "store-a"));
        Assert.False(_three.Counts("a", "store-b"));
        Assert.False(_three.Counts("c", ""));
        Assert.False(_three.Counts("d", "store-d"));
    }

    [Fact]
    public void The_order_in_which_members_are_written_does_not_matter() => Assert.Equal(
        Configuration.Of([new Member("a", "host:1"), new Member("b", "host:2")]),
        Configuration.Of([new Member("b", "host:2"), new Member("a", "host:1")]));

    [Fact]
    public void Configurations_differ_in_their_stores() => Assert.NotEqual(_three, _three.Binding("c", "store-c"));

    [Fact]
    public void Every_server_is_there_once()
    {
        var joint = Joint("a b c", "b c d e", "f");

        Assert.True(joint.IsJoint);
        Assert.Equal("a b c d e f", string.Join(' ', joint.Servers.ToArray().Select(server => server.Id)));
        Assert.True(joint.IsVoter("a"));
        Assert.True(joint.IsVoter("e"));
        Assert.False(joint.IsVoter("f"));
        Assert.Equal("store-f", joint.Find("f")!.StoreId);
        Assert.False(joint.Counts("f", "store-f"));
    }

    [Fact]
    public void An_outgoing_voter_that_is_to_be_a_learner_has_its_vote_until_it_is_one()
    {
        var joint = Joint("a b c", "a b", "c");
        Assert.True(joint.Counts("c", "store-c"));

        var after = joint.LeaveJoint();
        Assert.False(after.IsJoint);
        Assert.False(after.Counts("c", "store-c"));
        Assert.Equal("c", after.Learners[0].Id);
    }

    [Theory]
    [InlineData("a b c", "", "a b", true)]
    [InlineData("a b c", "", "a", false)]
    [InlineData("a b c d", "", "a b", false)]
    [InlineData("a b c", "c d e", "a b", false)]
    [InlineData("a b c", "c d e", "c d", false)]
    [InlineData("a b c", "c d e", "a c d", true)]
    [InlineData("a", "b", "a", false)]
    [InlineData("a", "b", "a b", true)]
    [InlineData("a b c", "", "x y z", false)]
    public void A_joint_decision_takes_a_majority_of_both_sets(string former, string coming, string agree,
        bool majority)
    {
        var configuration = coming.Length == 0 ? new Configuration(Voters(former)) : Joint(former, coming, "x y z");

        Assert.Equal(majority, configuration.HasMajority(voter => agree.Split(' ').Contains(voter.Id)));
    }

    [Fact]
    public void Nobody_decides_for_no_voters() => Assert.False(Configuration.None.HasMajority(static _ => true));

    // The reason for joint consensus: whatever decides before and whatever decides during it share a voter, and so do
    // during and after.
    [Fact]
    public void Majorities_of_successive_configurations_share_a_voter()
    {
        var random = new Random(2);
        for (int i = 0; i < 50; i++)
        {
            var before = new Configuration(Some(random));
            var joint = before.EnterJoint(Some(random), []);
            foreach (var (one, other) in new[] { (before, joint), (joint, joint), (joint, joint.LeaveJoint()) })
            {
                var deciding = Subsets().Where(subset => one.HasMajority(voter => subset.Contains(voter.Id))).ToList();
                Assert.DoesNotContain(Subsets().Where(subset => other.HasMajority(voter => subset.Contains(voter.Id))),
                    subset => deciding.Exists(decides => !decides.Overlaps(subset)));
            }
        }
    }

    [Fact]
    public void A_change_of_learners_alone_is_not_joint()
    {
        var before = new Configuration(Voters("a b c"), Voters("d"));

        var after = before.EnterJoint([new Server("a", "host", ""), new Server("b", "host", ""),
            new Server("c", "host", "")], [new Server("e", "host:e", "")]);

        Assert.False(after.IsJoint);
        Assert.Equal("store-a", after.Find("a")!.StoreId);
        Assert.Equal("e", after.Learners[0].Id);
        Assert.Null(after.Find("d"));
    }

    [Fact]
    public void A_change_of_priorities_alone_is_not_joint()
    {
        var before = new Configuration(Voters("a b c"));

        var after = before.EnterJoint([new Server("a", "host:a", ""), new Server("b", "host:b", "", 3),
            new Server("c", "host:c", "")], []);

        Assert.False(after.IsJoint);
        Assert.Equal((3, "store-b"), (after.Find("b")!.Priority, after.Find("b")!.StoreId));
        Assert.NotEqual(before, after);
        Assert.Equal(0, after.EnterJoint([new Server("a", "host:a", ""), new Server("b", "host:b", "")], [])
            .LeaveJoint().Find("b")!.Priority);
    }

    [Fact]
    public void A_promoted_learner_keeps_its_store()
    {
        var joint = new Configuration(Voters("a"), Voters("b"))
            .EnterJoint([new Server("a", "host:a", ""), new Server("b", "host:b", "")], []);

        Assert.True(joint.IsJoint);
        Assert.True(joint.Counts("b", "store-b"));
    }

    [Fact]
    public void The_configuration_as_of_an_index()
    {
        var history = new ConfigurationHistory(Configuration.None);
        history.Append(1, new Configuration(Voters("a b")));
        history.Append(5, new Configuration(Voters("a"), Voters("b")));
        history.Append(9, new Configuration(Voters("a")));

        Assert.Equal((0, Configuration.None), history.At(0));
        Assert.Equal(1, history.At(4).Index);
        Assert.Equal(5, history.At(5).Index);
        Assert.Equal(9, history.At(100).Index);
        Assert.Equal(5, history.LastNaming("b", "store-b"));
        Assert.Equal(-1, history.LastNaming("b", "another"));
        Assert.Equal(9, history.LastNaming("a", "store-a"));
    }

    private static Configuration Joint(string former, string coming, string learners) =>
        new(Voters(coming), Voters(learners), Voters(former));

    private static IEnumerable<Server> Voters(string ids) =>
        ids.Split(' ').Select(static id => new Server(id, $"host:{id}", $"store-{id}"));

    private static List<Server> Some(Random random)
    {
        var ids = "abcde".Where(_ => random.Next(2) == 0).Select(static id => id.ToString()).ToList();
        return Voters(ids.Count > 0 ? string.Join(' ', ids) : "a").ToList();
    }

    private static IEnumerable<HashSet<string>> Subsets() =>
        Enumerable.Range(0, 32)
            .Select(static bits =>
            "abcde".Where((_, i) => (bits & (1 << i)) != 0).Select(static id => id.ToString()).ToHashSet());

    [Fact]
    public void The_latest_configuration_counts_until_it_is_truncated()
    {
        var history = new ConfigurationHistory(_three);
        var changed = _three.Binding("c", "store-c");
        Assert.Equal((_three, 0), (history.Latest, history.LatestIndex));

        history.Append(7, changed);
        Assert.Equal((changed, 7), (history.Latest, history.LatestIndex));

        history.TruncateAfter(7);
        Assert.Equal(changed, history.Latest);
        history.TruncateAfter(6);
        Assert.Equal(_three, history.Latest);
    }

    [Fact]
    public void Of_compacted_configurations_only_the_last_counts()
    {
        var history = new ConfigurationHistory(_three);
        var (second, third) = (_three.Binding("b", "store-b"), _three.Binding("c", "store-c"));
        history.Append(1, second);
        history.Append(7, third);
        Assert.Equal((1, second), history.At(6));

        history.CompactTo(6);
        Assert.Equal((1, second), history.At(6));
        history.TruncateAfter(6);
        Assert.Equal((second, 1), (history.Latest, history.LatestIndex));

        history.Reset(12, third);
        Assert.Equal((12, third), history.At(20));
    }
}
