using Akka.Actor;
using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Storage;
using RaftActors.TestKit.Journals;

namespace RaftActors.Tests.Groups;

/// <summary>A peer that wakes and does not find its store as it was.</summary>
public sealed class SleepingStoreSpec : SleepScenario
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_store_that_cannot_be_read_is_named_and_tried_again_and_others_go_on_without_the_peer(bool ofLeader)
    {
        bool isLocked = false;
        Task Check() => isLocked
            ? Task.FromException(new StoreException("The store is locked.", true))
            : Task.CompletedTask;
        using var nodes = new GroupNodes(3, Settings);
        nodes.Register(nodes[0], change: settings => settings with { StoreCheck = Check });
        nodes.Register(nodes[1]);
        nodes.Register(nodes[2]);
        nodes.Create(Group);
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
        while (Leader(nodes) == nodes[0] != ofLeader)
        {
            nodes.Await(Actor(nodes[ofLeader ? 0 : 1]).Ask<object>(
                new TransferLeadership(nodes[ofLeader ? 0 : 1].Id), Timeout.InfiniteTimeSpan));
            nodes.Await(() => AllSleep(nodes), "all peers sleep");
        }
        isLocked = true;

        var failed = Assert.IsType<ProposalFailed>(nodes.Await(Propose(nodes[0])));

        Assert.Equal(FailureReason.NoLeader, failed.Reason);
        Assert.Contains("The store is locked.", failed.Message);
        Assert.Single(nodes[0].Logged, static line => line.Contains("The store is locked."));
        nodes.Run(2 * Second);
        Assert.Equal(1, Count(nodes, nodes[1]));
        isLocked = false;
        nodes.Await(() => Status(nodes, nodes[0]).Leader is not null, "it is back");
        Assert.Equal(2, Count(nodes, nodes[0]));
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
    }

    // It would lead in a term, and confirm entries, of which its disk knows nothing.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_disk_that_was_set_back_while_the_peer_slept_counts_as_such(bool ofLeader)
    {
        using var nodes = StartAsleep();
        var leader = Leader(nodes);
        var chosen = ofLeader ? leader : Others(nodes, leader)[0];
        Assert.Equal(1, Count(nodes, leader));
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
        long incarnation = nodes.Find(chosen, Group)!.Incarnation;
        var before = new InMemoryStore();
        before.CopyFrom(chosen.Disk.Store);
        Assert.Equal(2, Count(nodes, leader));
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
        long term = Status(nodes, leader).Term;
        nodes.Await(() => AllSleep(nodes), "all peers sleep");
        chosen.Disk.Store.CopyFrom(before);

        var answer = nodes.Await(Propose(chosen));

        Assert.Contains(chosen.Logged, static line => line.Contains("while the peer slept, its store changed"));
        nodes.Await(() => Status(nodes, chosen) is { Leader: not null, AppliedIndex: >= 3 }, "it has the log again");
        if (ofLeader)
            Assert.True(Status(nodes, chosen).Term > term);
        long count = answer is Proposed proposed ? GroupNodes.CountOf(proposed) : 2;
        Assert.InRange(Count(nodes, chosen), count + 1, 4);
        Assert.All(nodes.All, node => Assert.DoesNotContain(node.Logged, static line => line.Contains("invariant")));
    }
}
