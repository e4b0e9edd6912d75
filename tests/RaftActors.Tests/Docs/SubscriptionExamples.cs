using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Docs;

/// <summary>What docs/subscriptions.md shows, run on a group of one node.</summary>
public sealed class SubscriptionExamples
{
    [Fact]
    public async Task A_projection_goes_on_where_it_was()
    {
        var config = ConfigurationFactory.ParseString("""
            raft { group = orders, member-id = node1, members = [ { id = node1, address = "127.0.0.1:4051" } ], leader-wait = 60 s, allow-volatile = on }
            akka.loglevel = OFF
            """);
        var system = ActorSystem.Create("app", config.WithFallback(Raft.DefaultConfig()));
        var group = await Raft.Get(system)
            .StartAsync(RaftSettings.FromConfig(system.Settings.Config.GetConfig("raft")), () => new NoState());
        var database = new Database();
        for (int i = 0; i < 3; i++)
        {
            var proposed = await group.Ask<Proposed>(new Propose(new byte[10]));
            var projection = system.ActorOf(Props.Create(() => new Projection(group, database)));
            await database.Reached(proposed.Index);
            await projection.GracefulStop(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(30, database.Total);
        await system.Terminate();
    }

    #region projection
    private sealed class Projection : ReceiveActor
    {
        public Projection(IActorRef group, Database database)
        {
            Receive<CommittedEntries>(committed =>
            {
                // The effect and the index are stored together.
                foreach (var entry in committed.Entries)
                    database.Store(entry.Index, entry.Kind == EntryKind.Command ? entry.Payload.Size : 0);
                Sender.Tell(new EntriesHandled(Self, committed.Entries[^1].Index));      // gives the credits back
            });
            // The exception restarts this actor, which subscribes again.
            Receive<SubscriptionEnded>(ended => throw new InvalidOperationException(ended.Reason));
            group.Tell(new Subscribe(FromIndex: database.Index + 1, Self, Credits: 256));
        }
    }
    #endregion

    /// <summary>Stands for one that stores both in a transaction.</summary>
    private sealed class Database
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Index { get; private set; }

        public long Total { get; private set; }

        public void Store(long index, long amount)
        {
            lock (_lock)
            {
                Assert.Equal(Index + 1, index);
                (Index, Total) = (index, Total + amount);
                _stored.SetResult();
                _stored = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        public async Task Reached(long index)
        {
            while (true)
            {
                Task next;
                lock (_lock)
                {
                    if (Index >= index)
                        return;
                    next = _stored.Task;
                }
                await next;
            }
        }
    }

    private sealed class NoState : IStateMachine
    {
        public object? Apply(LogEntry entry, object command) => null;

        public object? Query(object request) => null;

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [];

        public void Restore(Stream snapshot)
        {
        }
    }
}
