using Akka.Actor;
using Akka.Persistence;

namespace RaftActors.Persistence.Sqlite.Tests.Contract;

/// <summary>
/// What Akka.Persistence documents of a journal plugin. It runs on the plugin of this repository, and on
/// Akka.Persistence.Sql as a proof that it is the documented contract.
/// </summary>
public abstract class JournalContract : PluginSpec
{
    private readonly Plugin _plugin;
    private JournalClient _client;

    protected JournalContract(Plugin plugin)
    {
        _plugin = plugin;
        _client = new JournalClient(Start(plugin));
    }

    private protected JournalClient Client => _client;

    [Fact]
    public void Events_are_replayed_in_their_order()
    {
        _client.WriteEvents("a", 1, 3);
        _client.WriteEvents("b", 1, 1);
        _client.WriteEvents("a", 4, 5);

        ExpectReplay("a", 5, "1 a-1", "2 a-2", "3 a-3", "4 a-4", "5 a-5");
        ExpectReplay("b", 1, "1 b-1");
    }

    [Fact]
    public void An_actor_that_never_wrote_has_no_events()
    {
        ExpectReplay("nobody", 0);
    }

    [Theory]
    [InlineData(3, 4, long.MaxValue, "3,4")]
    [InlineData(4, long.MaxValue, long.MaxValue, "4,5")]
    [InlineData(0, 2, long.MaxValue, "1,2")]
    [InlineData(1, 5, 2, "1,2")]
    [InlineData(2, 5, 3, "2,3,4")]
    [InlineData(5, 5, 10, "5")]
    [InlineData(6, long.MaxValue, long.MaxValue, "")]
    [InlineData(3, 2, long.MaxValue, "")]
    [InlineData(1, 5, 0, "")]
    public void A_replay_keeps_within_its_bounds(long from, long to, long max, string expected)
    {
        _client.WriteEvents("a", 1, 5);
        var (events, highest) = _client.Replay("a", from, to, max);
        Assert.Equal(expected, string.Join(",", events.Select(e => e.Split(' ')[0])));
        if (from <= 5)
            Assert.Equal(5, highest);
    }

    [Fact]
    public void A_long_replay_is_complete()
    {
        _client.WriteEvents("a", 1, 2600);
        var (events, highest) = Replay("a");
        Assert.Equal(JournalClient.Numbers(1, 2600).Select(n => $"{n} a-{n}"), events);
        Assert.Equal(2600, highest);
    }

    [Fact]
    public void Deleted_events_are_not_replayed()
    {
        _client.WriteEvents("a", 1, 5);
        _client.WriteEvents("b", 1, 2);

        _client.Delete("a", 3);

        ExpectReplay("a", 5, "4 a-4", "5 a-5");
        ExpectReplay("b", 2, "1 b-1", "2 b-2");
    }

    [Fact]
    public void The_highest_sequence_number_outlives_the_events()
    {
        _client.WriteEvents("a", 1, 5);
        _client.Delete("a", 5);
        ExpectReplay("a", 5);

        Restart();

        ExpectReplay("a", 5);
        _client.WriteEvents("a", 6, 6);
        ExpectReplay("a", 6, "6 a-6");
    }

    [Fact]
    public void A_deletion_may_be_repeated_and_be_for_less_than_an_earlier_one()
    {
        _client.WriteEvents("a", 1, 5);
        _client.Delete("a", 3);
        _client.Delete("a", 3);
        _client.Delete("a", 2);
        ExpectReplay("a", 5, "4 a-4", "5 a-5");
    }

    [Fact]
    public void A_deletion_beyond_the_last_event_deletes_all_there_are()
    {
        _client.WriteEvents("a", 1, 5);
        _client.Delete("a", long.MaxValue);
        ExpectReplay("a", 5);
    }

    [Fact]
    public void Answers_come_in_the_order_of_the_messages_and_from_their_senders()
    {
        var (first, second) = (_client.NewProbe(), _client.NewProbe());
        _client.Write(
            JournalClient.Atomic(JournalClient.Event("a", 1, "one", first)),
            new Loop("loop", second),
            JournalClient.Atomic(
                JournalClient.Event("a", 2, "two", second), JournalClient.Event("a", 3, "three", first)));

        _client.Next<WriteMessagesSuccessful>();
        ExpectSuccess("one", first);
        var loop = _client.Next<LoopMessageSuccess>();
        Assert.Equal(("loop", JournalClient.Instance, second.Ref), (
            loop.Message, loop.ActorInstanceId, _client.Probe.LastSender));
        ExpectSuccess("two", second);
        ExpectSuccess("three", first);
    }

    [Fact]
    public void Messages_that_are_not_to_be_written_wait_for_the_events_before_them()
    {
        for (var i = 1; i <= 5; i++)
        {
            _client.Write(JournalClient.Atomic(JournalClient.Event("a", i, $"event {i}")));
            _client.Write(new Loop($"loop {i}", ActorRefs.NoSender));
        }
        for (var i = 1; i <= 5; i++)
        {
            _client.Next<WriteMessagesSuccessful>();
            ExpectSuccess($"event {i}", ActorRefs.NoSender);
            ExpectAnswerToNoEvents();
            Assert.Equal($"loop {i}", _client.Next<LoopMessageSuccess>().Message);
        }
    }

    [Fact]
    public void An_event_that_cannot_be_serialized_is_rejected_with_its_atomic_write()
    {
        _client.Write(
            JournalClient.Atomic(JournalClient.Event("a", 1, "one")),
            JournalClient.Atomic(JournalClient.Event("a", 2, "two"), JournalClient.Event("a", 3, new Unserializable())),
            JournalClient.Atomic(JournalClient.Event("a", 4, "four")));

        _client.Next<WriteMessagesSuccessful>();
        ExpectSuccess("one", ActorRefs.NoSender);
        for (var sequenceNr = 2; sequenceNr <= 3; sequenceNr++)
        {
            var rejected = _client.Next<WriteMessageRejected>();
            Assert.Equal(
                (sequenceNr, JournalClient.Instance), (rejected.Persistent.SequenceNr, rejected.ActorInstanceId));
            Assert.Equal("refused", Assert.IsType<NotSupportedException>(rejected.Cause).Message);
        }
        ExpectSuccess("four", ActorRefs.NoSender);
        ExpectReplay("a", 4, "1 one", "4 four");
    }

    [Fact]
    public void Of_two_writers_of_one_sequence_number_the_second_fails_with_all_that_it_wrote()
    {
        _client.WriteEvents("a", 1, 1);
        _client.Write(
            JournalClient.Atomic(JournalClient.Event("a", 2, "other two")),
            JournalClient.Atomic(JournalClient.Event("a", 1, "other one")));

        var failed = _client.Next<WriteMessagesFailed>();
        Assert.Equal(2, failed.WriteCount);
        for (var i = 0; i < 2; i++)
        {
            var failure = _client.Next<WriteMessageFailure>();
            Assert.Equal(JournalClient.Instance, failure.ActorInstanceId);
            Assert.NotNull(failure.Cause);
        }
        ExpectReplay("a", 1, "1 a-1");
        _client.WriteEvents("a", 2, 2);
        ExpectReplay("a", 2, "1 a-1", "2 a-2");
    }

    [Fact]
    public void An_atomic_write_is_written_as_a_whole_or_not_at_all()
    {
        _client.WriteEvents("a", 1, 3);
        _client.Write(JournalClient.Atomic(
            [.. JournalClient.Numbers(2, 40).Select(n => JournalClient.Event("a", n, $"other {n}"))]));

        Assert.Equal(1, _client.Next<WriteMessagesFailed>().WriteCount);
        ExpectReplay("a", 3, "1 a-1", "2 a-2", "3 a-3");
    }

    [Fact]
    public void Large_events_are_written_and_replayed()
    {
        var payloads = Enumerable.Range(1, 5).Select(n => new string((char)('a' + n), 1 << 20)).ToList();
        _client.WriteEvents("a", payloads.Select((payload, i) => (i + 1L, (object)payload)));

        var (events, highest) = Replay("a");

        Assert.Equal(payloads.Select((payload, i) => $"{i + 1} {payload}"), events);
        Assert.Equal(5, highest);
    }

    [Fact]
    public void Events_outlive_the_actor_system()
    {
        _client.WriteEvents("a", 1, 3);
        Restart();
        ExpectReplay("a", 3, "1 a-1", "2 a-2", "3 a-3");
        _client.WriteEvents("a", 4, 4);
        Restart();
        ExpectReplay("a", 4, "1 a-1", "2 a-2", "3 a-3", "4 a-4");
    }

    [Fact]
    public void A_replay_sees_what_its_actor_had_asked_to_write_before()
    {
        for (var n = 1; n <= 50; n++)
        {
            _client.Write(JournalClient.Atomic(JournalClient.Event("a", n, $"a-{n}")));
            Assert.Equal(n, Replay("a").Highest);
            _client.Next<WriteMessagesSuccessful>();
            _client.Next<WriteMessageSuccess>();
        }
    }

    [Fact]
    public async Task Replays_and_writes_go_on_at_the_same_time()
    {
        _client.WriteEvents("a", 1, 1500);
        var readers = Enumerable.Range(0, 4).Select(_ => new JournalClient(_client.System)).ToList();
        var replays = readers.Select(reader => Task.Run(() => reader.Replay("a"))).ToArray();
        for (var n = 1; n <= 40; n++)
            _client.WriteEvents("b", n, n);

        foreach (var (events, _) in await Task.WhenAll(replays))
            Assert.Equal(1500, events.Count);
        Assert.Equal(40, Replay("b").Events.Count);
    }

    [Fact]
    public void An_event_adapter_stands_between_events_and_rows()
    {
        _client.WriteEvents("a", [(1, "red:one"), (2, "two+three"), (3, "red:blue:four")]);

        ExpectReplay("a", 3, "1 one", "2 two", "2 three", "3 four");
    }

    [Fact]
    public async Task The_health_of_a_journal_can_be_asked()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var health = await Akka.Persistence.Persistence.Instance.Apply(_client.System).CheckJournalHealthAsync(
            "", patience.Token);
        Assert.Equal(PersistenceHealthStatus.Healthy, health.Status);
    }

    private protected (List<string> Events, long Highest) Replay(string persistenceId) => _client.Replay(persistenceId);

    private protected void ExpectReplay(string persistenceId, long highest, params string[] events)
    {
        var replay = Replay(persistenceId);
        Assert.Equal(events, replay.Events);
        Assert.Equal(highest, replay.Highest);
    }

    private void Restart()
    {
        Stop(_client.System);
        _client = new JournalClient(Start(_plugin));
    }

    private protected virtual void ExpectAnswerToNoEvents() => _client.Next<WriteMessagesSuccessful>();

    private void ExpectSuccess(object payload, IActorRef? sender)
    {
        var success = _client.Next<WriteMessageSuccess>();
        Assert.Equal((payload, JournalClient.Instance), (success.Persistent.Payload, success.ActorInstanceId));
        Assert.Equal(sender ?? _client.System.DeadLetters, _client.Probe.LastSender);
    }

    /// <summary>What a persistent actor defers until the events before it are written.</summary>
    private sealed record Loop(object Payload, IActorRef? Sender) : IPersistentEnvelope
    {
        public int Size => 1;
    }
}

/// <summary>The contract, and what only this plugin promises.</summary>
public sealed class SqliteJournalContractSpec() : JournalContract(Plugin.Sqlite)
{
    [Fact]
    public void The_highest_sequence_number_is_told_whatever_the_lower_bound()
    {
        Client.WriteEvents("a", 1, 5);
        Assert.Equal(5, Client.Replay("a", from: 7).Highest);
    }
}

/// <summary>
/// The contract on Akka.Persistence.Sql, and where it deviates: a request without events is answered as failed, with a
/// count of 0, though what it holds is looped back all the same (ten in a row open the circuit breaker); and a replay
/// from beyond the last event is told 0 as the highest sequence number.
/// </summary>
public sealed class AkkaPersistenceSqlJournalContractSpec() : JournalContract(Plugin.AkkaPersistenceSql)
{
    private protected override void ExpectAnswerToNoEvents() =>
        Assert.Equal(0, Client.Next<WriteMessagesFailed>().WriteCount);
}
