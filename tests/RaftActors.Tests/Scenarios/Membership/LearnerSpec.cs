using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.Scenarios.Membership;

public sealed class LearnerSpec(ITestOutputHelper output) : ScenarioSpec(output)
{
    [Theory, InMemoryJournal(1, 2, 3), SqliteJournal(1)]
    public void A_learner_gets_the_log_and_makes_no_majority(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var voters = cluster.Peers.ToList();
        var learner = cluster.StartJoining();
        cluster.SetMembers(voters, [learner]);
        cluster.One("with a learner", 4);
        var leader = cluster.CheckSingleLeader();
        Assert.Equal(MemberRole.Learner,
            cluster.MembersOf(leader)!.Members.Single(member => member.Id == learner.Id).Role);

        // The leader and the learner are two of four, and no majority of the voters.
        int asked = 0;
        cluster.WatchMessages((message, _) => asked += message.From == learner
            && message.Original is RequestVote ? 1 : 0);
        voters.FindAll(voter => voter != leader).ForEach(cluster.CutOff);
        var proposal = cluster.Propose(leader, "by one voter");
        cluster.Run(Seconds(1));
        cluster.CheckNoLeader();
        Assert.Null(proposal.Proposed);
        Assert.Equal(0, asked);
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_voter_to_come_that_does_not_answer_stays_a_learner(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var voters = cluster.Peers.ToList();
        var absent = cluster.StartJoining();
        cluster.CutOff(absent);
        var leader = cluster.CheckSingleLeader();

        var change = cluster.Await(cluster.ChangeMembers(leader, cluster.Peers));

        Assert.Equal(FailureReason.NotCaughtUp, change.Failed?.Reason);
        Assert.Equal(3, cluster.StatusOf(leader)!.Members.Count);
        Assert.Equal(absent.Id, Assert.Single(cluster.StatusOf(leader)!.Learners).Id);

        // It neither counted nor counts; once it answers it can be promoted.
        cluster.CutOff(voters.First(voter => voter != leader));
        cluster.One("two of three", 2);
        cluster.Heal(absent);
        cluster.SetMembers(cluster.Peers);
        Assert.Equal(4, cluster.StatusOf(cluster.CheckSingleLeader())!.Members.Count);
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_learner_whose_process_is_just_starting_is_waited_for_each_time_it_is_asked_for(JournalKind journal,
        int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var starting = cluster.StartJoining();
        cluster.CutOff(starting);
        var leader = cluster.CheckSingleLeader();
        var first = cluster.Await(cluster.ChangeMembers(leader, cluster.Peers));
        Assert.Contains($"{starting.Id} at", first.Failed!.Message);
        Assert.Contains("has not answered for 3 s", first.Failed.Message);
        cluster.Run(Seconds(10));

        var second = cluster.ChangeMembers(leader, cluster.Peers);
        cluster.Run(Seconds(2));
        Assert.False(second.IsDone, second.ToString());
        cluster.Heal(starting);
        cluster.Await(() => second.IsDone, "the change is done");

        Assert.True(second.Proposed is not null, second.ToString());
        Assert.Equal(4, cluster.StatusOf(cluster.CheckSingleLeader())!.Members.Count);
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void The_voters_do_not_change_before_a_voter_to_come_has_caught_up(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        for (int i = 0; i < 50; i++)
            cluster.One($"command {i}", 3);
        var joining = cluster.StartJoining();
        long lastWhenJoint = 0;
        bool joint = false;
        cluster.WatchMessages((message, _) =>
        {
            if (message.Original is not AppendEntries append || joint)
                return;
            foreach (var entry in append.Entries.Entries)
                joint |= entry.Kind == EntryKind.Configuration && entry.Payload.TryReadConfiguration()!.IsJoint;
            lastWhenJoint = joint ? joining.Log.Count : 0;
        });

        cluster.SetMembers(cluster.Peers);

        Assert.True(joint);
        Assert.Equal(50, lastWhenJoint);
    }

    [Theory, InMemoryJournal(1, 2, 3)]
    public void A_voter_becomes_a_learner_and_a_voter_again(JournalKind journal, int seed)
    {
        using var cluster = StartWith(journal, 3, seed);
        cluster.One("before", 3);
        var demoted = Others(cluster, cluster.CheckSingleLeader())[0];

        cluster.SetMembers(Others(cluster, demoted), [demoted]);
        cluster.One("as a learner", 3);
        cluster.SetMembers(cluster.Peers);

        Assert.Empty(cluster.StatusOf(cluster.CheckSingleLeader())!.Learners);
        cluster.CutOff(Others(cluster, demoted)[0]);
        cluster.One("its vote counts", 2);
    }
}
