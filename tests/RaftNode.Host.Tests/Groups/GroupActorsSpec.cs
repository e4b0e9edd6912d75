using Akka.Actor;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Tests.VirtualTime;
using RaftNode.Host.Cluster;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Groups;

/// <summary>The actors of a node that hear what the peers of all its groups publish.</summary>
public sealed class GroupActorsSpec : VirtualTimeSpec
{
    private static readonly Member Leader = new("a", "127.0.0.1:4001");

    private readonly TaskCompletionSource<string> _failed = new();
    private readonly TaskCompletionSource<long> _removed = new();
    private readonly List<string?> _outages = [];

    [Fact]
    public void A_request_is_sent_again_for_a_leader_of_its_own_group_only()
    {
        int told = 0;
        Action tell = () => told++;
        var group = Sys.ActorOf(Props.Create(() => new Refusing(tell)));
        var client = new GroupClient(Sys, group, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), "kv-1-of-4");
        var pending = client.ProposeAsync("command");
        Advance(1000);

        Sys.EventStream.Publish(new LeaderChanged("kv-2-of-4", "a", 2, Leader));
        Advance(1000);
        Assert.Equal(1, told);

        Sys.EventStream.Publish(new LeaderChanged("kv-1-of-4", "a", 2, Leader));
        Advance(1000);
        Assert.Equal(2, told);
        Assert.False(pending.IsCompleted);
    }

    [Fact]
    public void A_node_is_removed_when_it_was_removed_from_all_groups()
    {
        Listen(groups: 2);
        Sys.EventStream.Publish(new PeerRemoved("kv-0-of-2", "a", 7));
        Sys.EventStream.Publish(new PeerRemoved("kv-0-of-2", "a", 7));
        Advance(1000);
        Assert.False(_removed.Task.IsCompleted);

        Sys.EventStream.Publish(new PeerRemoved("kv-1-of-2", "a", 9));
        AdvanceUntil(() => _removed.Task.IsCompleted);
    }

    [Fact]
    public void A_store_can_be_used_when_the_peers_of_all_groups_can_use_it()
    {
        Listen(groups: 2);
        Sys.EventStream.Publish(new StoreUnavailable("kv-0-of-2", "a", "full"));
        Sys.EventStream.Publish(new StoreUnavailable("kv-1-of-2", "a", "full"));
        Sys.EventStream.Publish(new StoreAvailable("kv-0-of-2", "a"));
        Sys.EventStream.Publish(new StoreAvailable("kv-1-of-2", "a"));
        Advance(1000);
        Assert.Equal(["full", "full", "full", null], _outages);
    }

    [Fact]
    public async Task A_peer_that_has_failed_is_named()
    {
        Listen(groups: 2);
        Sys.EventStream.Publish(new PeerFailed("kv-1-of-2", "a", "broken"));
        AdvanceUntil(() => _failed.Task.IsCompleted);
        Assert.Equal("kv-1-of-2: broken", await _failed.Task);
    }

    [Fact]
    public void Of_the_elections_of_each_group_that_is_cut_off_only_the_first_is_an_event()
    {
        var events = new NodeEvents("a", TimeProvider.System);
        Sys.ActorOf(Props.Create(() => new EventRecorder(events, true)));
        Advance(10);
        for (int i = 0; i < 3; i++)
        {
            Sys.EventStream.Publish(new ElectionStarted("kv-0-of-2", "a", 3, "timeout"));
            Sys.EventStream.Publish(new ElectionStarted("kv-1-of-2", "a", 5, "timeout"));
        }
        Advance(1000);
        Assert.Equal(
            [
                "kv-0-of-2: a begins an election: no leader was heard within the election timeout",
                "kv-1-of-2: a begins an election: no leader was heard within the election timeout",
            ],
            events.Own.ReadAll().Events.Select(static told => told.Text));
        Assert.Equal(["kv-0-of-2", "kv-1-of-2"], events.Own.ReadAll().Events.Select(static told => told.Group));
    }

    private void Listen(int groups)
    {
        Action<string?> outage = _outages.Add;
        Sys.ActorOf(Props.Create(() => new FailureListener(_failed, _removed, outage, groups)));
        Advance(10);
    }

    private sealed class Refusing : ReceiveActor
    {
        public Refusing(Action told) => Receive<Propose>(propose =>
        {
            told();
            Sender.Tell(new ProposalFailed(FailureReason.NoLeader, "none", null, propose.CorrelationId));
        });
    }
}
