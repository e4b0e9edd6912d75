using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Docs;

/// <summary>What docs/leadership.md shows of priorities, run on a group of one node.</summary>
public sealed class PriorityExamples
{
    [Fact]
    public async Task Priorities_are_changed()
    {
        var config = ConfigurationFactory.ParseString("""
            raft { group = counters, member-id = node1, members = [ { id = node1, address = "127.0.0.1:4051", priority = 10 } ], leader-wait = 60 s, allow-volatile = on }
            akka.loglevel = OFF
            """);
        var system = ActorSystem.Create("app", config.WithFallback(Raft.DefaultConfig()));
        var group = await Raft.Get(system)
            .StartAsync(RaftSettings.FromConfig(system.Settings.Config.GetConfig("raft")), () => new Nothing());
        await group.Ask<Proposed>(new Propose(new byte[] { 1 }));
        Assert.Equal(10, (await group.Ask<GroupMembers>(GetMembers.Instance)).Members[0].Priority);

        #region change
        var present = await group.Ask<GroupMembers>(GetMembers.Instance);
        var voters = present.Members.Where(member => member.Role == MemberRole.Voter);
        var wanted = voters.Select(member => member.Member with { Priority = member.Id == "node1" ? 0 : 10 });
        var answer =
            await group.Ask<object>(new ChangeMembers([.. wanted], Learners: []) { ExpectedIndex = present.Index });
        #endregion

        Assert.IsType<Proposed>(answer);
        Assert.Equal(0, (await group.Ask<GroupMembers>(GetMembers.Instance)).Members[0].Priority);
        await system.Terminate();
    }

    private sealed class Nothing : IStateMachine
    {
        public object? Apply(LogEntry entry, object command) => null;

        public object? Query(object request) => null;

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [];

        public void Restore(Stream snapshot)
        {
        }
    }
}
