using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors.Tests.Replication;

public sealed class ReplicaDigestsSpec
{
    private readonly ReplicaDigests _digests = new();

    [Fact]
    public void A_majority_that_agrees_is_right()
    {
        Say(7, ("a", 1), ("b", 2));
        Assert.Equal((default, 7L), (_digests.Agreed, _digests.UndecidedAt));

        Say(7, ("c", 2));

        Assert.Equal(new ReplicaDigest(7, 2), _digests.Agreed);
        Assert.Equal(0, _digests.UndecidedAt);
        Assert.Equal([true, false, false], "abc".Select(member => _digests.Differs($"{member}")));
    }

    [Fact]
    public void Digests_of_different_entries_are_not_compared()
    {
        Say(7, ("a", 1));
        Say(8, ("b", 1));
        Say(9, ("c", 2));

        Assert.Equal((default, 0L), (_digests.Agreed, _digests.UndecidedAt));
    }

    [Fact]
    public void What_was_agreed_stays_until_there_is_a_later_agreement()
    {
        Say(7, ("a", 1), ("b", 1), ("c", 1));
        Say(9, ("a", 2), ("b", 3));
        Assert.Equal(new ReplicaDigest(7, 1), _digests.Agreed);
        Assert.Equal(9, _digests.UndecidedAt);

        Say(9, ("c", 3));

        Assert.Equal((new ReplicaDigest(9, 3), 0L), (_digests.Agreed, _digests.UndecidedAt));
    }

    [Fact]
    public void An_old_report_that_comes_late_is_no_news()
    {
        Assert.True(_digests.Report("a", new ReplicaDigest(9, 1)));
        Assert.False(_digests.Report("a", new ReplicaDigest(9, 1)));
        Assert.False(_digests.Report("a", new ReplicaDigest(7, 2)));
        Assert.True(_digests.Report("a", new ReplicaDigest(9, 2)));
    }

    [Fact]
    public void What_a_member_said_that_is_being_replaced_does_not_count()
    {
        Say(7, ("a", 1), ("b", 2));

        Assert.True(_digests.Forget("b"));
        _digests.Compare(Of("abc"));

        Assert.Equal((default, 0L), (_digests.Agreed, _digests.UndecidedAt));
        Assert.False(_digests.Forget("b"));
    }

    [Fact]
    public void While_the_voters_change_a_majority_of_both_sets_is_needed()
    {
        var joint = Of("abc", outgoing: "cde");
        foreach (string member in (string[])["a", "b", "c"])
            _digests.Report(member, new ReplicaDigest(7, 1));
        _digests.Compare(joint);
        Assert.Equal(default, _digests.Agreed);

        _digests.Report("d", new ReplicaDigest(7, 1));
        _digests.Compare(joint);
        Assert.Equal(new ReplicaDigest(7, 1), _digests.Agreed);
    }

    [Fact]
    public void A_learner_has_no_say_but_can_differ()
    {
        var configuration = new Configuration(Voters("abc"), Voters("l"));
        _digests.Report("a", new ReplicaDigest(7, 1));
        _digests.Report("l", new ReplicaDigest(7, 2));
        _digests.Compare(configuration);
        Assert.Equal((default, 0L), (_digests.Agreed, _digests.UndecidedAt));

        _digests.Report("b", new ReplicaDigest(7, 1));
        _digests.Compare(configuration);
        Assert.True(_digests.Differs("l"));
    }

    private void Say(long index, params (string Member, ulong Digest)[] said)
    {
        foreach (var (member, digest) in said)
        {
            _digests.Report(member, new ReplicaDigest(index, digest));
            _digests.Compare(Of("abc"));
        }
    }

    private static Configuration Of(string voters, string outgoing = "") => new(Voters(voters), [], Voters(outgoing));

    private static Server[] Voters(string ids) =>
        [.. ids.Select(static id => new Server($"{id}", $"host:{(int)id}", $"store-{id}"))];
}
