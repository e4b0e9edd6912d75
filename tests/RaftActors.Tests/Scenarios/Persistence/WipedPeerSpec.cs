using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Persistence;

public sealed class WipedPeerSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_peer_whose_disk_was_replaced_makes_no_majority(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("acknowledged by two", 3);
        var leader = cluster.CheckSingleLeader();
        var (wiped, away) = (Others(cluster, leader)[0], Others(cluster, leader)[1]);

        // What the leader and one follower acknowledged is lost with both if the follower's empty disk may vote for the
        // one that was away.
        cluster.CutOff(away);
        cluster.One("only these two", 2);
        cluster.Crash(leader);
        cluster.Crash(wiped);
        cluster.Wipe(wiped);
        cluster.Restart(wiped);
        cluster.Heal(away);
        int granted = 0;
        cluster.WatchMessages((message, _) => granted += message.From == wiped
            && message.Original is RequestVoteReply { Granted: true, PreVote: false } ? 1 : 0);

        cluster.CheckNoLeader(Seconds(10));
        Assert.Equal(0, granted);

        cluster.Restart(leader);
        cluster.One("two are a majority", 2);
        Assert.Equal(["acknowledged by two", "only these two", "two are a majority"],
            away.Log.Select(applied => applied.Text));
    }
}
