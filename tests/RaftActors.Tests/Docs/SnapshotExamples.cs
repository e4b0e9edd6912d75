using System.Collections.Immutable;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Docs;

/// <summary>What docs/snapshots.md shows, run on a group of one node.</summary>
public sealed class SnapshotExamples
{
    [Fact]
    public async Task A_state_machine_comes_back_from_its_snapshot()
    {
        var config = ConfigurationFactory.ParseString("""
            raft { group = names, member-id = node1, members = [ { id = node1, address = "127.0.0.1:4051" } ], restart-backoff.min = 10 ms, leader-wait = 60 s, allow-volatile = on }
            akka.loglevel = OFF
            akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
            """);
        var system = ActorSystem.Create("app", config.WithFallback(Raft.DefaultConfig()));
        var machines = new List<Names>();
        IStateMachine Create()
        {
            machines.Add(new Names());
            return machines[^1];
        }
        var group = await Raft.Get(system)
            .StartAsync(RaftSettings.FromConfig(system.Settings.Config.GetConfig("raft")), Create);
        await group.Ask<Proposed>(new Propose(Encoding.UTF8.GetBytes("Ada")));

        #region take-a-snapshot
        var taken = await group.Ask<SnapshotTaken>(TakeSnapshot.Instance);     // SnapshotFailed says why not
        Console.WriteLine($"up to index {taken.Index}, {taken.Bytes} bytes");
        #endregion

        await group.Ask<Proposed>(new Propose(Encoding.UTF8.GetBytes("Grace")));
        await group.Ask<ProposalFailed>(new Propose(Encoding.UTF8.GetBytes("fail once")));
        // It is answered once the state machine that was built anew has applied it.
        await group.Ask<Proposed>(new Propose(Encoding.UTF8.GetBytes("Barbara")));
        var answer = await group.Ask<QueryResult>(new Query(Array.Empty<byte>()));
        Assert.Equal("Ada, Grace, Barbara", Encoding.UTF8.GetString((byte[])answer.Result!));
        Assert.Equal((2, 1), (machines.Count, machines[^1].Restored));
        await system.Terminate();
    }

    private sealed class Names : IStateMachine
    {
        private static bool _failed;

        private ImmutableList<string> _names = [];

        public int Restored { get; private set; }

        public object? Apply(LogEntry entry, object command)
        {
            string name = Encoding.UTF8.GetString((byte[])command);
            if (name == "fail once")
            {
                bool failed = _failed;
                _failed = true;
                return failed ? null : throw new InvalidOperationException("It fails once.");
            }
            _names = _names.Add(name);
            return null;
        }

        public object? Query(object request) => Encoding.UTF8.GetBytes(string.Join(", ", _names));

        #region take-and-restore
        // The list is immutable. So the captured list does not change while the peer asks for the parts.
        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot()
        {
            var names = _names;
            return names.Select(name => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"{name}\n"));
        }

        public void Restore(Stream snapshot)
        {
            using var reader = new StreamReader(snapshot, Encoding.UTF8, leaveOpen: true);
            while (reader.ReadLine() is { } name)
                _names = _names.Add(name);
            Restored++;
        }
        #endregion
    }
}
