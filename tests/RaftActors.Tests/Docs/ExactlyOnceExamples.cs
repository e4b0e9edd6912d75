using System.Globalization;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Docs;

/// <summary>What docs/exactly-once.md shows, run on a group of one node.</summary>
public sealed class ExactlyOnceExamples
{
    [Fact]
    public async Task A_client_deposits_once()
    {
        var config = ConfigurationFactory.ParseString("""
            raft { group = accounts, member-id = node1, members = [ { id = node1, address = "127.0.0.1:4051" } ], leader-wait = 60 s, allow-volatile = on }
            akka.loglevel = OFF
            """);
        var system = ActorSystem.Create("app", config.WithFallback(Raft.DefaultConfig()));
        var raft = system.Settings.Config.GetConfig("raft");
        var group = await Raft.Get(system).StartAsync(RaftSettings.FromConfig(raft), () => new Balance());
        long? balance = null;
        string? trouble = null;
        byte[] deposit = "100"u8.ToArray();

        #region use-a-client
        await using var client = RaftClient.Start(system, RaftClientSettings.FromConfig(raft) with { Peer = group });
        try
        {
            var done = await client.ProposeAsync(deposit);
            balance = long.Parse((byte[])done.Response!, CultureInfo.InvariantCulture);
        }
        catch (RaftClientException failed) when (failed.OutcomeUnknown)
        {
            trouble = "The deposit may have been made, or may yet be: look before depositing again.";
        }
        catch (RaftClientException failed)
        {
            trouble = $"The deposit was not made: {failed.Message}";
        }
        #endregion

        Assert.Equal((100, null), (balance, trouble));
        await client.DisposeAsync();

        #region use-a-session
        var opened = (SessionOpened)(await group.Ask<Proposed>(new OpenSession())).Response!;
        var first =
            new Propose(deposit) { Session = new SessionStamp(opened.SessionId, Sequence: 1, LowestPending: 1) };
        var response = await group.Ask<Proposed>(first);
        // the same index, term and response; not applied again
        var again = await group.Ask<Proposed>(first);
        // The answer to number 1 is there, so 2 is the lowest number without an answer.
        var second =
            new Propose(deposit) { Session = new SessionStamp(opened.SessionId, Sequence: 2, LowestPending: 2) };
        #endregion

        Assert.Equal((response.Index, "200"), (again.Index, Encoding.UTF8.GetString((byte[])again.Response!)));
        Assert.Equal("300", Encoding.UTF8.GetString((byte[])(await group.Ask<Proposed>(second)).Response!));
        await system.Terminate();
    }

    private sealed class Balance : IStateMachine
    {
        private long _balance;

        public object? Apply(LogEntry entry, object command)
        {
            _balance += long.Parse((byte[])command, CultureInfo.InvariantCulture);
            return Encoding.UTF8.GetBytes(_balance.ToString(CultureInfo.InvariantCulture));
        }

        public object? Query(object request) => null;

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [BitConverter.GetBytes(_balance)];

        public void Restore(Stream snapshot) => _balance = new BinaryReader(snapshot).ReadInt64();
    }
}
