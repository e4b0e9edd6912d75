using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Replication;
using Xunit.Abstractions;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Replication;

/// <summary>A peer judges its own replica by what a majority has.</summary>
public sealed class OwnReplicaSpec(ITestOutputHelper output) : PeerPartsSpec(output)
{
    private static readonly ReplicaDigest Wrong = new(3, 111);
    private static readonly ReplicaDigest Right = new(3, 999);

    // ---- The leader

    [Fact]
    public void A_leader_asks_from_time_to_time_once_its_state_machine_has_a_digest()
    {
        Peer.Now = TimeSpan.FromHours(1);
        Replica.AskIfDue();
        Assert.Equal(2, Peer.Log.LastIndex);

        Applied(2);
        Replica.AskIfDue();
        Assert.Equal(EntryKind.Digest, Peer.Log[3].Kind);
        Peer.Commit();
        Replica.AskIfDue();

        Assert.Equal(3, Peer.Log.LastIndex);
    }

    [Fact]
    public void A_leader_that_transfers_its_leadership_or_has_committed_nothing_itself_does_not_ask()
    {
        Applied(2);
        Peer.Now = TimeSpan.FromHours(1);
        Peer.IsTransferring = true;
        Replica.AskIfDue();
        (Peer.IsTransferring, Peer.Leading) = (false, Leaders.Of(Peer.Configurations.Latest, lastIndex: 2));
        Replica.AskIfDue();

        Assert.Equal(2, Peer.Log.LastIndex);
    }

    [Fact]
    public void A_leader_whose_digest_is_that_of_the_minority_sets_its_own_replica_aside()
    {
        Replica.OnDigest(Wrong);
        Reply(B, Right);
        Assert.False(Replica.IsSetAside);

        Reply(C, Right);

        Assert.Equal(3, Peer.HardState.DiffersAt);
        Assert.Contains("is being built anew", Replica.WhySetAside);
    }

    [Fact]
    public void A_follower_of_the_minority_leaves_the_leader_as_it_is()
    {
        Replica.OnDigest(Right);
        Reply(B, Wrong);
        Reply(C, Right);

        Assert.Null(Replica.WhySetAside);
        Assert.Empty(Problems.All);
    }

    [Fact]
    public void A_leader_says_that_no_digest_has_a_majority_only_if_that_lasts()
    {
        Replica.OnDigest(Wrong);
        Reply(B, Right);
        Reply(C, new ReplicaDigest(3, 555));
        Replica.CheckUndecided();
        Assert.Empty(Problems.All);

        Peer.Now = TimeSpan.FromMinutes(1);
        Replica.CheckUndecided();

        Assert.Contains("nobody can say", Problems.ReasonOf(PeerProblemKind.ReplicaDiffers));
        Assert.False(Replica.IsSetAside);
    }

    // ---- Each peer

    [Fact]
    public void A_replica_that_is_like_the_others_or_was_compared_elsewhere_is_right()
    {
        Replica.OnDigest(Wrong);

        Replica.Judge(default);
        Replica.Judge(Wrong);
        Replica.Judge(Right with { Index = 4 });

        Assert.False(Replica.IsSetAside);
    }

    [Fact]
    public void A_replica_that_differs_is_set_aside_and_says_at_which_entry()
    {
        Replica.OnDigest(Wrong);

        Replica.Judge(Right);

        Assert.True(Replica.IsSetAside);
        Assert.Contains("after entry 3", Problems.ReasonOf(PeerProblemKind.ReplicaDiffers));
    }

    [Fact]
    public void A_replica_that_was_found_to_differ_before_the_start_stays_aside()
    {
        Peer.SetAside(3);

        Replica.Start();

        Assert.True(Replica.IsSetAside);
        Assert.Single(Problems.All);
    }

    [Fact]
    public void A_snapshot_that_took_the_place_of_the_state_before_the_start_makes_it_right()
    {
        Peer.SetAside(3);
        Replica.Recover(3);

        Replica.Start();

        Assert.False(Replica.IsSetAside);
        Assert.Empty(Problems.All);
    }

    [Fact]
    public void Only_a_snapshot_that_includes_the_entry_rebuilds_the_replica()
    {
        Peer.SetAside(3);
        Replica.Start();
        Assert.Equal((0, 3), (Replica.RebuiltBy(2), Replica.RebuiltBy(3)));

        Assert.False(Replica.NoteRebuilt(Replica.RebuiltBy(2), 2));
        Assert.Single(Problems.All);
        Assert.True(Replica.NoteRebuilt(Replica.RebuiltBy(3), 3));

        Assert.False(Replica.IsSetAside);
        Assert.Empty(Problems.All);
    }

    [Fact]
    public void What_a_leader_cannot_decide_is_a_problem_until_it_can()
    {
        Replica.NoteUndecided(3);
        Assert.Single(Problems.All);

        Replica.NoteUndecided(0);

        Assert.Empty(Problems.All);
    }

    [Fact]
    public void A_replica_that_is_set_aside_stays_so_whatever_the_others_are()
    {
        Replica.OnDigest(Wrong);
        Replica.Judge(Right);

        Replica.NoteUndecided(0);

        Assert.Single(Problems.All);
    }

    private void Reply(Server follower, ReplicaDigest digest) => Replica.OnReply(
        Peer.Leading!.Find(follower.Id)!,
        new AppendEntriesReply(Of(follower), true, 3, 3, 0, default, 0) { Digest = digest });
}
