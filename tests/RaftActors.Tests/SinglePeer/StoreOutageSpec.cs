using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Storage;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>What a peer does whose journal or snapshot store cannot be used, for a while or for good.</summary>
public sealed class StoreOutageSpec : PeerSpec
{
    private readonly TestProbe _events;
    private readonly TestProbe _warnings;

    public StoreOutageSpec(ITestOutputHelper output)
        : base(output)
    {
        _events = CreateTestProbe();
        _warnings = CreateTestProbe();
        foreach (var type in (Type[])[typeof(StoreUnavailable), typeof(StoreAvailable), typeof(PeerFailed)])
            Sys.EventStream.Subscribe(_events.Ref, type);
        Sys.EventStream.Subscribe(_warnings.Ref, typeof(Warning));
    }

    [Fact]
    public void Writes_that_fail_are_announced_once_and_over_when_one_succeeds_and_not_before()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Disk.Commanded = true;
        B.Append(1, 1, 1, 0, Command(2, 1));
        Disk.NextWrite().Fail();
        AwaitRestart();
        Assert.Contains("The disk is broken", Event<StoreUnavailable>().Reason);

        // Nothing has changed that had to be written. That it can be is found out all the same, and that it cannot.
        Disk.NextWrite().Fail();
        AwaitRestart();
        var write = Disk.NextWrite();
        Assert.False(_events.HasMessages);
        write.Succeed();

        Event<StoreAvailable>();
        Assert.False(_events.HasMessages);
        Assert.Single(Warnings(), text => text.Contains("cannot be used", StringComparison.Ordinal));
        Assert.Equal(1, Status().LastIndex);
    }

    // A full disk takes a small event, and not the one that failed: the outage would end and begin again and again.
    [Fact]
    public void What_proves_that_a_store_can_be_written_is_as_large_as_what_could_not_be()
    {
        const int Bytes = 100_000;
        StartWithLog(new HardState(1, null, null), 1);
        Disk.Commanded = true;
        B.Append(1, 1, 1, 0, new LogEntry(2, 1, EntryKind.Command, 0, new Payload(new byte[Bytes], 0, "")));
        Disk.NextWrite().Fail();
        AwaitRestart();

        var proof = Disk.NextWrite();
        Assert.InRange(new RaftSerializer(null!).ToBinary(proof.Event).Length, Bytes, Bytes + 1000);
        Event<StoreUnavailable>();
        Assert.False(_events.HasMessages);
        proof.Succeed();
        Event<StoreAvailable>();

        // And it is a part of the journal like any other.
        Disk.Commanded = false;
        Restart();
        Assert.Equal(1, Status().LastIndex);
    }

    [Fact]
    public void A_peer_that_has_recovered_serves_while_it_is_not_known_whether_it_can_write()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Disk.Commanded = true;
        B.Append(1, 1, 1, 0, Command(2, 1));
        Disk.NextWrite().Fail();
        AwaitRestart();
        var write = Disk.NextWrite();

        Assert.Equal(1, Status().LastIndex);

        write.Succeed();
        Event<StoreUnavailable>();
        Event<StoreAvailable>();
    }

    [Fact]
    public void A_write_that_no_waiting_mends_ends_the_peer()
    {
        StartWithLog(new HardState(1, null, null), 1);
        Disk.Commanded = true;
        B.Append(1, 1, 1, 0, Command(2, 1));

        Disk.NextWrite().Fail(new UnauthorizedAccessException("The file is not yours."));

        var failed = Event<PeerFailed>();
        Assert.Contains(
            $"The store of {PersistenceId}, commanded and commanded-snapshots, cannot be used: The file is not yours.",
            failed.Reason);
        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        Assert.Contains("The file is not yours", ExpectMsg<ProposalFailed>().Message);
    }

    [Fact]
    public void A_journal_that_cannot_be_read_for_a_while_is_tried_again_and_nobody_waits_for_it()
    {
        PutLog(new HardState(1, null, null), 1);
        Disk.ReplayFailure = new IOException("The disk is away.");
        Start();
        Assert.Contains("The disk is away", Event<StoreUnavailable>().Reason);

        Peer.Tell(new Propose(new byte[] { 1 }), TestActor);
        var refused = ExpectMsg<ProposalFailed>();
        Assert.Equal(FailureReason.NoLeader, refused.Reason);
        Assert.Contains("The disk is away", refused.Message);
        AdvanceUntil(() => Disk.Replays > 2);

        Disk.ReplayFailure = null;
        AwaitEvent<StoreAvailable>();
        Adopt();
        Assert.Equal(1, Status().LastIndex);
        Assert.Single(Warnings(), text => text.Contains("cannot be used", StringComparison.Ordinal));
    }

    [Fact]
    public void An_event_that_cannot_be_read_ends_the_peer()
    {
        PutLog(new HardState(1, null, null), 1);
        Disk.ReplayFailure = new SerializationException("Cannot find serializer with id [99].");

        Start();

        Assert.Contains("Cannot find serializer with id [99]", Event<PeerFailed>().Reason);
    }

    [Fact]
    public void A_plugin_that_fails_to_start_says_why_in_the_log_only_and_that_is_heard()
    {
        PutLog(new HardState(1, null, null), 1);
        var cause = new ArgumentException("There is no provider Oracle9.");
        Disk.StartFailure = new ApplicationException("Failed to initialize.", cause);

        Start();

        Assert.Contains("There is no provider Oracle9", Event<PeerFailed>().Reason);
    }

    [Fact]
    public void A_plugin_that_starts_at_its_second_try_is_an_outage_that_ends()
    {
        PutLog(new HardState(1, null, null), 1);
        var cause = new TimeoutException("The server is slow.");
        Disk.StartFailure = new ApplicationException("Failed to initialize.", cause);

        Start();

        Assert.Contains("The server is slow", Event<StoreUnavailable>().Reason);
        AwaitEvent<StoreAvailable>();
        Adopt();
        Assert.Equal(1, Status().LastIndex);
    }

    [Fact]
    public void The_hosts_own_check_is_made_before_each_start_until_it_finds_nothing()
    {
        PutLog(new HardState(1, null, null), 1);
        int checks = 0;
        var locked = new StoreException("It is locked.", canWait: true);
        Settings = Settings with
        {
            StoreCheck = () => ++checks < 3 ? Task.FromException(locked) : Task.CompletedTask,
        };

        Start();

        Assert.EndsWith("cannot be used: It is locked.", Event<StoreUnavailable>().Reason);
        AwaitEvent<StoreAvailable>();
        Adopt();
        Assert.Equal((3, 1), (checks, Status().LastIndex));
    }

    [Fact]
    public void What_the_hosts_own_check_refuses_is_not_touched()
    {
        var foreign = new StoreException("It is another's.", canWait: false);
        Settings = Settings with { StoreCheck = () => Task.FromException(foreign) };

        Start();

        Assert.EndsWith("cannot be used: It is another's.", Event<PeerFailed>().Reason);
        Assert.Empty(Disk.Events(PersistenceId));
    }

    [Theory]
    [InlineData("nowhere", "", "raft.journal-plugin-id = nowhere: there is no section nowhere")]
    [InlineData("", "nowhere", "raft.snapshot-plugin-id = nowhere: there is no section nowhere")]
    [InlineData("akka.persistence", "", "akka.persistence.class is missing")]
    [InlineData("no-class", "", "no-class.class = \"No.Such.Journal, RaftActors\" cannot be loaded")]
    [InlineData("no-assembly", "", "no-assembly.class = \"No.Such.Journal, Nowhere\" cannot be loaded")]
    public void A_plugin_that_does_not_exist_is_named_at_the_start(string journal, string snapshots, string problem)
    {
        Sys.Settings.InjectTopLevelFallback(ConfigurationFactory.ParseString("""
            no-class.class = "No.Such.Journal, RaftActors"
            no-assembly.class = "No.Such.Journal, Nowhere"
            """));
        Settings = Settings with { JournalPluginId = journal, SnapshotPluginId = snapshots };

        Assert.StartsWith(problem, Assert.ThrowsAny<ConfigurationException>(Start).Message);
    }

    private T Event<T>() => _events.ExpectMsg<T>();

    // An event that back-off comes before.
    private void AwaitEvent<T>()
    {
        AdvanceUntil(() => _events.HasMessages);
        Event<T>();
    }

    private List<string> Warnings()
    {
        var texts = new List<string>();
        while (_warnings.HasMessages)
            texts.Add(((Warning)_warnings.ReceiveOne(TimeSpan.Zero)).Message.ToString()!);
        return texts;
    }
}
