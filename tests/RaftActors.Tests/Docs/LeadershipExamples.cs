using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Docs;

/// <summary>What docs/leadership.md and docs/reads.md show, run on a group of one node.</summary>
public sealed class LeadershipExamples
{
    private static readonly Config OneNode = ConfigurationFactory.ParseString("""
        raft { group = counters, member-id = node1, members = [ { id = node1, address = "127.0.0.1:4051" } ], leader-wait = 60 s, allow-volatile = on }
        akka.loglevel = OFF
        """);

    [Fact]
    public async Task The_leadership_is_transferred()
    {
        var system = ActorSystem.Create("app", OneNode.WithFallback(Raft.DefaultConfig()));
        var group = await Raft.Get(system)
            .StartAsync(RaftSettings.FromConfig(system.Settings.Config.GetConfig("raft")), () => new Counter());
        await group.Ask<Proposed>(new Propose(new byte[] { 1 }));
        string? leader = null;
        string? why = null;

        #region transfer
        switch (await group.Ask<object>(new TransferLeadership(Target: "node1")))
        {
            case LeadershipTransferred done:
                leader = $"{done.Leader.Id} leads in term {done.Term}";
                break;
            case TransferFailed failed:
                why = failed.Message;       // the former leader goes on, or another peer was elected
                break;
        }
        #endregion

        Assert.Null(why);
        Assert.Matches("^node1 leads in term [0-9]+$", leader);

        #region stop
        await Raft.Get(system).StopAsync("counters");       // this node's peer of one group
        // or the peers of all groups, and all else of the actor system: this runs the coordinated shutdown
        await system.Terminate();
        #endregion
    }

    [Fact]
    public async Task Reads_say_how_fresh_they_have_to_be()
    {
        var system = ActorSystem.Create("app", OneNode.WithFallback(Raft.DefaultConfig()));
        var group = await Raft.Get(system)
            .StartAsync(RaftSettings.FromConfig(system.Settings.Config.GetConfig("raft")), () => new Counter());
        await group.Ask<Proposed>(new Propose(new byte[] { 1 }));
        byte[] request = [];

        #region reads
        var now = await group.Ask<QueryResult>(new Query(request));
        var quick = await group.Ask<QueryResult>(new Query(request, ReadConsistency.Lease));
        var stale = new Query(request, ReadConsistency.Stale) { MaxStaleness = TimeSpan.FromSeconds(2) };
        var recent = await group.Ask<object>(stale);
        string shown = recent switch
        {
            QueryResult result => $"{((byte[])result.Result!)[0]} as of index {result.AppliedIndex}",
            QueryFailed { Reason: FailureReason.TooStale } =>
                "This node has heard nothing of its leader for two seconds.",
            QueryFailed failed => failed.Message,
            _ => "",
        };
        #endregion

        Assert.Equal((1, 1), (((byte[])now.Result!)[0], ((byte[])quick.Result!)[0]));
        Assert.Equal($"1 as of index {now.AppliedIndex}", shown);
        await system.Terminate();
    }

    private sealed class Counter : IStateMachine
    {
        private byte _count;

        public object? Apply(LogEntry entry, object command) => new[] { ++_count };

        public object? Query(object request) => new[] { _count };

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [new[] { _count }];

        public void Restore(Stream snapshot) => _count = (byte)snapshot.ReadByte();
    }
}
