using Akka.Actor;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.TestKit;
using RaftActors.TestKit.Journals;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Membership;

/// <summary>
/// A group of a version that knew neither identities of groups nor incarnations of stores. Its journals have none, and
/// what its peers say and hear is without them: that version skips fields that it does not know.
/// </summary>
public sealed class RollingUpgradeSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Peers_are_upgraded_one_by_one_while_the_group_works_and_it_gets_an_identity_with_the_last(int seed)
    {
        var former = new HashSet<string>();
        using var cluster = Start(3, seed,
            settings => settings with { Raft = raft => raft with { Resolver = new MixedVersions(raft, former) } });
        PutFormerJournals(cluster);
        former.UnionWith(cluster.Peers.Select(peer => peer.Address));
        foreach (var peer in cluster.Peers)
            cluster.Restart(peer);
        List<string> written = ["all of the former version"];
        cluster.One(written[0], 3);

        foreach (var peer in Some(cluster, 3))
        {
            // A leader of each version sees followers of the other.
            cluster.Run(Seconds(1));
            Assert.All(cluster.Peers, each => Assert.Empty(cluster.StatusOf(each)!.GroupId));
            cluster.Crash(peer);
            former.Remove(peer.Address);
            cluster.One($"without {peer.Id}", 2);
            cluster.Restart(peer);
            cluster.One($"with {peer.Id}", 3);
            written.AddRange([$"without {peer.Id}", $"with {peer.Id}"]);
        }

        cluster.Await(() => cluster.Peers.All(peer => cluster.StatusOf(peer)!.GroupId.Length == 32),
            "the group has an identity");
        Assert.Single(cluster.Peers.Select(peer => cluster.StatusOf(peer)!.GroupId).Distinct());
        cluster.One("all of this version", 3);
        Assert.All(cluster.Peers,
            peer => Assert.Equal([.. written, "all of this version"], peer.Log.Select(applied => applied.Text)));
    }

    [Fact]
    public void A_peer_of_the_former_version_that_is_back_in_between_disturbs_nobody()
    {
        var former = new HashSet<string>();
        using var cluster = Start(3,
            change: settings =>
            settings with { Raft = raft => raft with { Resolver = new MixedVersions(raft, former) } });
        PutFormerJournals(cluster);
        former.UnionWith(cluster.Peers.Select(peer => peer.Address));
        foreach (var peer in cluster.Peers)
            cluster.Restart(peer);
        cluster.One("first", 3);
        var (one, other) = (cluster.Peers[0], cluster.Peers[1]);
        Change(one, isFormer: false);
        Change(other, isFormer: false);

        // The operator went back, as nothing was to be lost by it.
        Change(other, isFormer: true);
        cluster.Run(Seconds(1));
        Assert.All(cluster.Peers, each => Assert.Empty(cluster.StatusOf(each)!.GroupId));

        Change(other, isFormer: false);
        Change(cluster.Peers[2], isFormer: false);
        cluster.Await(() => cluster.Peers.All(peer => cluster.StatusOf(peer)!.GroupId.Length == 32),
            "the group has an identity");

        void Change(RaftPeer peer, bool isFormer)
        {
            cluster.Crash(peer);
            if (isFormer)
                former.Add(peer.Address);
            else
                former.Remove(peer.Address);
            cluster.Restart(peer);
            cluster.One($"{peer.Id} is {(isFormer ? "former" : "present")}", 3);
        }
    }

    // As the former version writes them: the configuration says nothing of groups.
    private static void PutFormerJournals(RaftCluster cluster)
    {
        var serializer = new RaftSerializer(null!);
        var configuration =
            new Configuration(cluster.Peers.Select(peer => new Server(peer.Id, peer.Address, $"store-{peer.Id}")));
        var entry = new LogEntry(1, 50, EntryKind.Configuration, 0, configuration.ToPayload());
        foreach (var peer in cluster.Peers)
        {
            cluster.Crash(peer);
            cluster.Wipe(peer);
            var stream = peer.Disk.Store.Stream($"raft-{cluster.Group}-{peer.Id}");
            IRaftMessage[] events = [new PeerCreated(1, cluster.Group, peer.Id, $"store-{peer.Id}"),
                new StatePersisted(new HardState(50, null, null), 0, [new EntryBatch([entry])])];
            for (int i = 0; i < events.Length; i++)
                stream.Append(i + 1,
                    new StoredObject(serializer.ToBinary(events[i]), serializer.Identifier,
                    serializer.Manifest(events[i])), "", "former");
        }
    }

    /// <summary>
    /// What a peer says to others: without what a former version does not know, if one of both is of that version.
    /// </summary>
    private sealed class MixedVersions(RaftSettings settings, HashSet<string> former) : IPeerResolver
    {
        private readonly string _self = settings.Members.Single(member => member.Id == settings.MemberId).Address;

        public ICanTell Resolve(string nodeAddress, string group) =>
            new Link(settings.Resolver!.Resolve(nodeAddress, group),
                () => former.Contains(_self) || former.Contains(nodeAddress));

        private sealed class Link(ICanTell target, Func<bool> isFormer) : ICanTell
        {
            public void Tell(object message, IActorRef sender) =>
                target.Tell(isFormer() && message is PeerMessage peer ? Former(peer) : message, sender);
        }

        private static PeerMessage Former(PeerMessage message)
        {
            PeerMessage known = message switch
            {
                RequestVote m => m with { StoresDigest = 0 },
                RequestVoteReply m => m with { Stores = [], LeaderAddress = "" },
                AppendEntries m => m with { Number = 0, StoresDigest = 0, Stores = [] },
                AppendEntriesReply m => m with { Number = 0, Stores = [] },
                Introduce m => m with { RecoveredTerm = 0, RecoveredIndex = 0 },
                IntroduceReply m =>
                    m with { LeaderAddress = "", LastLogTerm = 0, LastLogIndex = 0, IsSetBack = false, Known = null },
                _ => message,
            };
            var header = message.Header with { GroupId = "", GroupIsUndecided = false, Version = 0, IsEmpty = false,
                Incarnation = 0, IsVerifying = false };
            return known with { Header = header };
        }
    }
}
