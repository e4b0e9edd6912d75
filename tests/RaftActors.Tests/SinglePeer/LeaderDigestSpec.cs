using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Sessions;
using RaftActors.Snapshots;
using RaftActors.StateMachines;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>Digests of replicas: the leader asks for them, and compares them.</summary>
public sealed class LeaderDigestSpec(ITestOutputHelper output) : DigestSpec(output)
{
    [Theory]
    [InlineData(PeerHeader.CurrentVersion, true)]
    [InlineData(PeerHeader.ReplicaDigests - 1, false)]
    public void A_leader_asks_for_digests_once_all_members_that_answer_know_of_them(int versionOfC, bool asks)
    {
        C.Version = versionOfC;
        StartAsLeader();

        Assert.Equal(asks ? 1 : 0, Asked(3_000).Count);
    }

    [Fact]
    public void A_leader_whose_state_machine_has_no_digest_does_not_ask()
    {
        Digest = null;
        StartAsLeader();

        Assert.Empty(Asked(5_000));
    }

    [Fact]
    public void A_leader_asks_again_only_when_something_was_applied_since()
    {
        StartAsLeader();
        Assert.Single(Asked(10_000, answered: true));

        Peer.Tell(new Propose(new byte[] { 4 }), ActorRefs.NoSender);

        Assert.Equal([EntryKind.Command, EntryKind.Digest],
            Lead(10_000, answered: true).Select(static entry => entry.Kind));
    }

    // It was built anew since, from a snapshot that includes the entry.
    [Fact]
    public void A_leader_asks_again_when_one_that_has_the_entry_says_no_digest()
    {
        StartAsLeader();

        Assert.Single(Asked(4_500));
        Assert.Single(Asked(2_500));
    }

    [Fact]
    public void A_leader_tells_its_followers_the_digest_of_a_majority_and_names_who_differs()
    {
        StartAsLeader();
        long asked = Asked(3_000)[0];

        Answer(B, asked, 1);
        Answer(C, asked, 2);
        Forget();
        Advance(100);

        Assert.Equal(new ReplicaDigest(asked, Own(1)), C.Expect<AppendEntries>().Agreed);
        Assert.Equal([false, true], Status().Followers.Select(static follower => follower.Differs));
        Assert.Empty(Status().Problems);
    }

    [Fact]
    public void A_follower_that_asks_for_it_is_sent_a_snapshot_beside_the_entries()
    {
        StartAsLeader();
        long asked = Asked(3_000)[0];
        Answer(C, asked, 2);

        C.Say(header => new AppendEntriesReply(header, true, asked, asked, 0, default, 0) { RebuildFrom = asked }, 2);
        Advance(500);
        var sent = C.Expect<InstallSnapshot>().Snapshot;
        Assert.True(sent.LastIncludedIndex >= asked);
        Peer.Tell(new Propose(new byte[] { 5 }), ActorRefs.NoSender);
        C.Expect<AppendEntries>(append => append.Entries.Count > 0);
        C.Say(header => new InstallSnapshotReply(header, sent.LastIncludedIndex, sent.LastIncludedTerm, 1, true), 2);
        C.Accept(asked, 2);
        Forget();
        Lead(1_000);

        C.ExpectNone<InstallSnapshot>();
        Assert.False(Status().Followers[1].Differs);
        // And whether it is right now is found out although nothing was applied.
        Assert.NotEmpty(Asked(3_000));
    }

    [Fact]
    public void A_leader_of_the_minority_hands_over_to_one_of_the_majority()
    {
        StartAsLeader();
        long asked = Asked(3_000)[0];
        Answer(B, asked, 2);
        Assert.Empty(Status().Problems);

        Answer(C, asked, 2);
        Assert.Contains($"after entry {asked} the digest of its state is", Assert.Single(Status().Problems).Reason);
        B.Accept(asked, 2);
        C.Accept(asked, 2);
        Advance(100);

        Assert.NotNull(B.TryTake<TimeoutNow>() ?? C.TryTake<TimeoutNow>());
        Assert.Equal(FailureReason.NoLeader, Answer<QueryFailed>(Peer, new Query(new byte[] { 1 })).Reason);
    }

    [Fact]
    public void That_no_majority_agrees_is_said_when_it_lasts()
    {
        StartAsLeader();
        long asked = Asked(3_000)[0];
        Answer(B, asked, 2);
        Answer(C, asked, 3);
        Assert.Empty(Status().Problems);

        Lead(4_000);

        Assert.Contains("none of their digests is that of a majority", Assert.Single(Status().Problems).Reason);
        Advance(100);
        Assert.NotEqual(0, B.Expect<AppendEntries>(append => append.UndecidedAt != 0).UndecidedAt);
        Assert.DoesNotContain(Status().Followers, static follower => follower.Differs);
    }

    /// <summary>Answers the leader's messages for a while, and returns the entries that it sent.</summary>
    private List<LogEntry> Lead(int milliseconds, bool answered = false)
    {
        var sent = new SortedDictionary<long, LogEntry>();
        for (int passed = 0; passed < milliseconds; passed += 10)
        {
            Advance(10);
            foreach (var follower in new[] { B, C })
            {
                while (follower.TryTake<AppendEntries>() is { } append)
                {
                    foreach (var entry in append.Entries.Entries)
                        sent[entry.Index] = entry;
                    long asked = answered && sent.Count > 0 && sent.Values.Last() is { Kind: EntryKind.Digest } last
                        ? last.Index
                        : 0;
                    var digest = asked > 0 ? new ReplicaDigest(asked, Own(1)) : default;
                    follower.Say(header =>
                        new AppendEntriesReply(header, true, append.LastIndex, append.LastIndex, 0, default,
                        append.ReadContext) { Digest = digest }, append.Term);
                }
            }
        }
        return [.. sent.Values];
    }

    private List<long> Asked(int milliseconds, bool answered = false) =>
        [.. Lead(milliseconds, answered).Where(static entry => entry.Kind == EntryKind.Digest)
            .Select(static entry => entry.Index)];

    private void Answer(FakePeer follower, long index, ulong digest) =>
        follower.Say(header =>
            new AppendEntriesReply(header, true, index, index, 0, default,
            0) { Digest = new ReplicaDigest(index, Own(digest)) }, 2);

    // That of the peer under test has the sessions in it; another number stands for another one.
    private static ulong Own(ulong digest) =>
        digest == 1 ? new SessionedStateMachine(new Fixed(), null!, static _ => { }).Digest() : digest;

    private sealed class Fixed : IStateMachine, IStateDigest
    {
        public ulong Digest() => 1;

        public object? Apply(LogEntry entry, object command) => null;

        public object? Query(object request) => null;

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [];

        public void Restore(Stream snapshot)
        {
        }
    }
}
