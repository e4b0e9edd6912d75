using RaftActors.Client;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Resting;

/// <summary>Members that come, go or are others than they say, while the group rests.</summary>
public sealed class RestingMembersSpec(ITestOutputHelper output) : RestingScenario(output)
{
    [Fact]
    public void A_killed_follower_does_not_keep_the_others_awake_and_is_brought_up_to_date()
    {
        using var cluster = StartResting(3);
        long term = cluster.CheckTerm();
        var leader = Leader(cluster);
        var (killed, other) = (Others(cluster, leader)[0], Others(cluster, leader)[1]);

        cluster.Crash(killed);
        cluster.CheckNever(() => !cluster.StatusOf(leader)!.IsResting, Seconds(3), "the leader wakes");
        cluster.Await(cluster.Propose(leader, "meanwhile"));
        cluster.Await(() => cluster.StatusOf(leader)!.IsResting && cluster.StatusOf(other)!.IsResting,
            "both rest", Seconds(10));
        var silent = Assert.Single(cluster.StatusOf(leader)!.Followers, follower => follower.MemberId == killed.Id);
        Assert.False(silent.RecentlyActive);
        cluster.Restart(killed);

        cluster.Await(() => killed.Log.Count > 0 && killed.Log[^1].Text == "meanwhile", "it is up to date");
        cluster.Await(() => IsResting(cluster), "all rest", Seconds(10));
        Assert.Equal(term, cluster.CheckTerm());
    }

    // It asks nobody itself: the leader contacts it.
    [Fact]
    public void A_member_that_is_added_before_its_node_starts_gets_the_log_when_the_node_starts()
    {
        using var cluster = StartResting(3);
        var added = cluster.StartJoining();
        cluster.Crash(added);
        cluster.ChangeMembers(Leader(cluster), cluster.Peers.Take(3), [added]);
        cluster.Run(Minute);

        cluster.Restart(added);

        cluster.Await(() => added.Log.Count > 0, "it has the log", Seconds(5));
        cluster.Await(() => IsResting(cluster), "all rest", Seconds(10));
    }

    [Fact]
    public void The_leaders_setting_counts()
    {
        using var cluster = Start(3, change: static settings => settings with
        {
            Priorities = [1],
            Raft = static raft => Resting(raft) with { RestAfter = raft.MemberId == "peer1" ? 2 : 0 },
        });
        cluster.One("first", 3);

        cluster.Await(() => IsResting(cluster), "all rest", Seconds(20));
        cluster.Crash(cluster.Peers[0]);
        cluster.CheckNever(() => Others(cluster, cluster.Peers[0]).Exists(peer => cluster.StatusOf(peer)!.IsResting
            && cluster.StatusOf(peer)!.Role == RaftRole.Leader), Seconds(10), "another leader rests");
    }

    // Without a read or an entry, the group rests again as soon as the follower has caught up.
    [Fact]
    public void A_follower_that_starts_again_keeps_the_group_awake_for_a_moment_only()
    {
        using var cluster = Start(3, change: static settings => settings with
        {
            Raft = static raft => Resting(raft) with { RestAfter = 50 },
        });
        cluster.One("first", 3);
        cluster.Await(() => IsResting(cluster), "the group rests", Minute);
        var follower = Others(cluster, Leader(cluster))[0];

        cluster.Crash(follower);
        cluster.Restart(follower);

        cluster.Await(() => IsResting(cluster), "all rest", Seconds(3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_copy_of_a_members_disk_does_not_take_its_place(bool ofLeader)
    {
        using var cluster = StartResting(3);
        var leader = Leader(cluster);
        var (original, asked) = ofLeader ? (leader, Others(cluster, leader)[0]) : (Others(cluster, leader)[0], leader);
        var status = cluster.StatusOf(original)!;
        cluster.Run(Minute);
        var copy = cluster.StartJoining();
        var header = new PeerHeader(copy.Address, cluster.Group, original.Id, status.StoreId, status.Term)
        {
            GroupId = status.GroupId,
            Incarnation = 100,
            Version = PeerHeader.CurrentVersion,
        };

        for (int i = 1; i <= 30; i++)
        {
            cluster.Inject(copy, asked, new Introduce(header, i));
            cluster.Run(Milliseconds(100));
        }
        cluster.Propose(leader, "after that");

        cluster.Await(() => cluster.Peers.Take(3).All(peer => peer.Log[^1].Text == "after that"), "all have it",
            Milliseconds(300));
        Assert.Equal(original.Address,
            Assert.Single(cluster.MembersOf(leader)!.Members, member => member.Id == original.Id).Address);
    }

    [Fact]
    public void A_stranger_wakes_nobody()
    {
        using var cluster = StartResting(3);
        var stranger = cluster.StartJoining();
        var header = new PeerHeader(stranger.Address, cluster.Group, stranger.Id, "another store", 0)
        {
            IsEmpty = true,
            Version = PeerHeader.CurrentVersion,
        };

        cluster.Inject(stranger, Leader(cluster), new Introduce(header, 1));

        cluster.CheckNever(() => cluster.Peers.Take(3).Any(peer => !cluster.StatusOf(peer)!.IsResting), Seconds(3),
            "a peer wakes");
    }
}
