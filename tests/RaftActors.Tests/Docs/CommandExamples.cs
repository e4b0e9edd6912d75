using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Docs;

#region commands
public interface IAccountMessage;

// Version 2: version 1 had no currency.
public sealed record Deposit(string Account, long Cents, string Currency) : IAccountMessage;

// The answer.
public sealed record Balance(long Cents, string Currency) : IAccountMessage;
#endregion

#region serializer
public sealed class AccountSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    // This number is in the log for ever. No other serializer may have it.
    public override int Identifier => 7001;

    public override string Manifest(object message) => message switch
    {
        Deposit => "deposit-2",
        Balance => "balance-1",
        _ => throw new ArgumentException($"{message.GetType()} is none of the messages of accounts."),
    };

    public override byte[] ToBinary(object message) =>
        JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), AccountJson.Default);

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "deposit-2" => JsonSerializer.Deserialize(bytes, AccountJson.Default.Deposit)!,
        "deposit-1" => JsonSerializer.Deserialize(bytes, AccountJson.Default.DepositV1)!.Upgrade(),
        "balance-1" => JsonSerializer.Deserialize(bytes, AccountJson.Default.Balance)!,
        // The state machine stops here, without harm to the other nodes, until this node is upgraded.
        _ => throw new SerializationException($"The command {manifest} is of a later version than this node."),
    };
}

// What version 1 wrote, and what it means today.
internal sealed record DepositV1(string Account, long Cents)
{
    public Deposit Upgrade() => new(Account, Cents, "EUR");
}

[JsonSerializable(typeof(Deposit))]
[JsonSerializable(typeof(DepositV1))]
[JsonSerializable(typeof(Balance))]
internal sealed partial class AccountJson : JsonSerializerContext;
#endregion

/// <summary>What docs/state-machines.md shows of commands, run on a group of one node.</summary>
public sealed class CommandExamples
{
    private static readonly Config Config = ConfigurationFactory.ParseString("""
        akka.actor {
          serializers.account = "RaftActors.Tests.Docs.AccountSerializer, RaftActors.Tests"
          serialization-bindings {
            "RaftActors.Tests.Docs.IAccountMessage, RaftActors.Tests" = account
          }
        }
        akka.actor.serialization-settings.allow-unregistered-types = off
        akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        akka.loglevel = OFF
        """);

    [Fact]
    public async Task Commands_of_both_versions_are_applied()
    {
        var system = ActorSystem.Create("app", Config);
        var settings = new RaftSettings
        {
            Group = "accounts",
            MemberId = "a",
            AllowVolatile = true,
            Members = [new Member("a", "127.0.0.1:1")],
            LeaderWait = TimeSpan.FromSeconds(60),
        };
        var group = await Raft.Get(system).StartAsync(settings, static () => new Accounts());
        var old = new Payload("""{"Account":"anna","Cents":100}"""u8.ToArray(), 7001, "deposit-1");

        await group.Ask<Proposed>(new Propose(old));
        var done = await group.Ask<Proposed>(new Propose(new Deposit("anna", 50, "EUR")));

        Assert.Equal(new Balance(150, "EUR"), done.Response);
        await system.Terminate();
    }

    private sealed class Accounts : IStateMachine
    {
        private readonly Dictionary<(string, string), long> _balances = [];

        public object? Apply(LogEntry entry, object command)
        {
            var deposit = (Deposit)command;
            long balance = _balances.GetValueOrDefault((deposit.Account, deposit.Currency)) + deposit.Cents;
            _balances[(deposit.Account, deposit.Currency)] = balance;
            return new Balance(balance, deposit.Currency);
        }

        public object? Query(object request) => null;

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [];

        public void Restore(Stream snapshot)
        {
        }
    }
}
