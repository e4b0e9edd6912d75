using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Docs;

/// <summary>What the README shows, run on a group of one node.</summary>
public sealed class ReadmeExample
{
    private static readonly Config OneNode = ConfigurationFactory.ParseString("""
        raft { group = counters, member-id = node1, members = [ { id = node1, address = "127.0.0.1:4051" } ], leader-wait = 60 s, allow-volatile = on }
        akka.loglevel = OFF
        """);

    [Fact]
    public async Task A_group_counts()
    {
        var config = OneNode;
        byte[] command = [1];
        object request = Array.Empty<byte>();

        #region use-a-group
        var system = ActorSystem.Create("app", config.WithFallback(Raft.DefaultConfig()));
        var settings = RaftSettings.FromConfig(system.Settings.Config.GetConfig("raft"));
        var group = await Raft.Get(system).StartAsync(settings, () => new Counter());

        var done = await group.Ask<Proposed>(new Propose(command));        // ProposalFailed says why not
        var result = await group.Ask<QueryResult>(new Query(request));     // linearizable
        #endregion

        var subscriber = await Subscriber(system, group);

        Assert.Equal([1], (byte[])done.Response!);
        Assert.Equal([1], (byte[])result.Result!);
        Assert.Equal([1], subscriber);
        await system.Terminate();
    }

    private static async Task<byte[]> Subscriber(ActorSystem system, IActorRef group)
    {
        var payload = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.Create(() => new FirstCommand(group, payload)));
        return await payload.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Subscribes to the group's log and hands out the first command in it.</summary>
    private sealed class FirstCommand : ReceiveActor
    {
        public FirstCommand(IActorRef group, TaskCompletionSource<byte[]> payload)
        {
            var subscriber = Self;
            Receive<CommittedEntries>(batch =>
            {
                var command = batch.Entries.FirstOrDefault(entry => entry.Kind == EntryKind.Command);
                if (command is not null)
                    payload.TrySetResult(command.Payload.Bytes.ToArray());
            });

            #region subscribe
            group.Tell(new Subscribe(FromIndex: 1, subscriber));           // CommittedEntries, in order, each once
            #endregion
        }
    }
}
