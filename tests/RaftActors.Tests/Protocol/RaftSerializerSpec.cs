using RaftActors.Client;
using RaftActors.Groups;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Placement;
using RaftActors.Protocol;
using RaftActors.Resting;
using RaftActors.Snapshots;
using RaftActors.Tests.Log;

namespace RaftActors.Tests.Protocol;

public sealed class RaftSerializerSpec
{
    private static readonly PeerHeader Header = new("host:1", "group", "a", "store-a", 5, "store-b");
    private static readonly Configuration Configuration = new([new Server("a", "host:1", "store-a"),
        new Server("b", "host:2", "")], lease: TimeSpan.FromMilliseconds(300));

    private static readonly Snapshot Snapshot = new(9, 4, 1234, Configuration, 1, new SnapshotContent(3, 1025, "00FF"));

    private readonly RaftSerializer _serializer = new(null!);

    public static TheoryData<object> Messages => new(
        new RequestVote(Header, 9, 4, true, true, Configuration),
        new RequestVote(Header, 9, 4, false, false, null),
        new RequestVote(Header, 0, 0, false, false, new Configuration(
            [new Server("a", "host:1", "store-a"), new Server("c", "host:3", "store-c")],
            [new Server("d", "host:4", "", 7)], [new Server("a", "host:1", "store-a"), new Server("b", "host:2", "")])),
        new RequestVoteReply(Header, true, true, 6),
        new AppendEntriesReply(Header, true, 3, 4, 0, default, 9),
        new AppendEntriesReply(Header, false, 0, 0, 7, new LogConflict(2, 3), 9),
        new Introduce(Header, 77),
        new IntroduceReply(Header, 77, true, ""),
        new IntroduceReply(Header, 77, false, "store-b"),
        new StoreReplaced(Header),
        new NodeHeartbeat("host:1", "host:2", 77, 5, ulong.MaxValue) { Asks = true },
        new NodeHeartbeat("host:1", "host:2", 77, 0, 0) { Load = new NodeLoad(0, 4 / 3.0) },
        new NodeHeartbeat("host:1", "host:2", -77, 0, 0) { Load = new NodeLoad(7, 4) },
        new ContactRefused(Header with { GroupId = "group-1", GroupIsUndecided = true, Version = 1, IsEmpty = true },
        RefusalReason.AnotherGroup),
        new TimeoutNow(Header),
        new ForwardTransfer(Header, 8, "b"),
        new ForwardReply(Header, 8, FailureReason.NotLeader, "no", new Member("b", "host:2"), 0, 0, null),
        new ForwardReply(Header, 8, null, "", null, 4, 2, null),
        new SessionOpened(12, TimeSpan.FromSeconds(60)),
        new PeerCreated(1, "group", "a", "store-a"),
        new StoreRenewed("store-b"),
        new InstallSnapshotReply(Header, 9, 4, 3, true),
        new SnapshotInstalled(9, 4),
        new SnapshotManifest("group", "a", "store-a", new HardState(5, "b", "store-b"), Snapshot, 2,
        new KeptSnapshot(77, 1)),
        new SnapshotManifest("group", "a", "store-a", new HardState(5, null, null), Snapshot, 2, null),
        new OpenSession(false, 5),
        new KeepSessionAlive(12, 9, true, 5),
        new CloseSession(12, false, 5),
        new GroupEnding("orders", 7),
        new GroupEnded("orders", 7));

    [Theory]
    [MemberData(nameof(Messages))]
    public void Messages_come_back_as_they_went(object message) =>
        Assert.Equal(message, _serializer.FromBinary(_serializer.ToBinary(message), _serializer.Manifest(message)));

    [Fact]
    public void Entries_come_back_as_they_went()
    {
        var message = new AppendEntries(Header, 3, 2, 1, 12, new EntryBatch([Logs.Entry(4, 3), Logs.Entry(5, 5)]));

        var copy = Copy(message);

        Assert.Equal(message with { Entries = EntryBatch.Empty }, copy with { Entries = EntryBatch.Empty });
        AssertSame(message.Entries, copy.Entries);
    }

    [Fact]
    public void Chunks_come_back_as_they_went()
    {
        var message = new InstallSnapshot(Header, Snapshot, 2, new byte[] { 1, 2, 3 });

        Assert.Equal(message with { Data = default }, Copy(message) with { Data = default });
        Assert.Equal(message.Data.ToArray(), Copy(message).Data.ToArray());
        Assert.Equal([1, 2, 3], Copy(new SnapshotChunk(new byte[] { 1, 2, 3 })).Data.ToArray());
    }

    [Fact]
    public void A_heartbeat_has_no_entries() =>
        Assert.Equal(0, Copy(new AppendEntries(Header, 3, 2, 1, 12, EntryBatch.Empty)).Entries.Count);

    [Fact]
    public void Commands_and_responses_come_back_as_they_went()
    {
        var payload = new Payload(new byte[] { 1, 2, 3 }, 17, "M");

        AssertSame(payload, Copy(new ForwardProposal(Header, 8, payload, true)).Command);
        var stamped = new ForwardProposal(Header, 8, payload, false) { Kind = EntryKind.Session,
            Session = new SessionStamp(4, 7, 5) };
        Assert.Equal((stamped.Kind, stamped.Session), (Copy(stamped).Kind, Copy(stamped).Session));
        AssertSame(payload, Copy(new ForwardReply(Header, 8, null, "", null, 4, 2, payload)).Response!.Value);
    }

    [Fact]
    public void Clients_on_nodes_of_their_own_are_understood()
    {
        using var system = Akka.Actor.ActorSystem.Create("clients");
        var serializer = new RaftSerializer((Akka.Actor.ExtendedActorSystem)system);
        T Through<T>(T message) =>
            (T)serializer.FromBinary(serializer.ToBinary(message!), serializer.Manifest(message!));
        byte[] content = [1, 2, 3];

        var propose =
            Through(new Propose(content, ReplyWhen.Appended, false, 5) { Session = new SessionStamp(4, 7, 6) });
        Assert.Equal(content, ((Payload)propose.Command).Bytes.ToArray());
        Assert.Equal((ReplyWhen.Appended, false, 5, new SessionStamp(4, 7, 6)),
            (propose.ReplyWhen, propose.Forward, propose.CorrelationId, propose.Session));
        Assert.Null(Through(new Propose(content)).Session);
        var query = Through(new Query(content, ReadConsistency.Linearizable, false, 6));
        Assert.Equal(content, ((Payload)query.Request).Bytes.ToArray());
        Assert.Equal((false, 6), (query.Forward, query.CorrelationId));
        Assert.Equal(content, Through(new Proposed(4, 2, content, 5)).Response);
        Assert.Equal(content, Through(new QueryResult(content, 4, 5)).Result);
        object[] others =
        [
            new ProposalFailed(FailureReason.NotLeader, "no", new Member("b", "host:2"), 5),
                new ProposalFailed(FailureReason.OutcomeUnknown, "perhaps", null, 5),
            new QueryFailed(FailureReason.NoLeader, "no", null, 5), new Proposed(4, 2, null, 5),
            new QueryResult(null, 4, 5),
        ];
        Assert.All(others, message => Assert.Equal(message, Through(message)));
    }

    // Else nothing would come, and the client ask again until its deadline.
    [Fact]
    public void An_answer_that_cannot_be_brought_to_a_client_is_a_failure()
    {
        using var system = Akka.Actor.ActorSystem.Create("clients", Akka.Configuration.ConfigurationFactory.ParseString("""
            akka { loglevel = OFF, actor.provider = remote, remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0, maximum-frame-size = 128000b } }
            """));
        var serializer = new RaftSerializer((Akka.Actor.ExtendedActorSystem)system);
        object Through(object message) =>
            serializer.FromBinary(serializer.ToBinary(message), serializer.Manifest(message));

        foreach (object response in new object[] { new Unreadable(), new byte[100_000] })
        {
            var failed = Assert.IsType<ProposalFailed>(Through(new Proposed(4, 2, response, 5)));
            Assert.Equal((FailureReason.StateMachineFailed, 5), (failed.Reason, failed.CorrelationId));
            Assert.Contains("was applied", failed.Message);
            var query = Assert.IsType<QueryFailed>(Through(new QueryResult(response, 4, 5)));
            Assert.Equal((FailureReason.StateMachineFailed, 5), (query.Reason, query.CorrelationId));
        }
    }

    [Fact]
    public void Requests_for_a_read_index_and_their_answers_come_back_as_they_went()
    {
        Assert.Equal([7, 8, 1L << 50], Copy(new ReadIndex(Header, [7, 8, 1L << 50])).RequestIds);
        var reply = Copy(new ReadIndexReply(Header, [7, 8], null, "", 12));
        Assert.Equal((null, "", 12), (reply.Failure, reply.Message, reply.Index));
        Assert.Equal([7, 8], reply.RequestIds);
        Assert.Equal((FailureReason.NotLeader, "no"),
            Copy(new ReadIndexReply(Header, [7], FailureReason.NotLeader, "no", 0)) is var failed ? (failed.Failure,
            failed.Message) : default);
    }

    [Fact]
    public void An_event_with_hard_state_and_entries_comes_back_as_it_went()
    {
        var @event = new StatePersisted(new HardState(5, "a", "store-a"), 3,
            [new EntryBatch([Logs.Entry(4, 3)]), new EntryBatch([Logs.Entry(5, 5)])]);

        var copy = Copy(@event);

        Assert.Equal((@event.HardState, 3), (copy.HardState, copy.PreviousIndex));
        AssertSame(new EntryBatch([Logs.Entry(4, 3), Logs.Entry(5, 5)]), Assert.Single(copy.Batches));
    }

    [Fact]
    public void Either_part_of_an_event_may_be_absent()
    {
        Assert.Empty(Copy(new StatePersisted(new HardState(5, null, null), 3, [])).Batches);
        Assert.Null(Copy(new StatePersisted(null, 3, [new EntryBatch([Logs.Entry(4, 3)])])).HardState);
    }

    [Fact]
    public void The_bytes_of_received_entries_are_written_as_they_came()
    {
        var received =
            Copy(new AppendEntries(Header, 3, 2, 1, 12, new EntryBatch([Logs.Entry(4, 3), Logs.Entry(5, 5)]))).Entries;

        var written = new StatePersisted(null, 3, [received]);

        Assert.EndsWith(Convert.ToHexString(received.Encoded.Span), Convert.ToHexString(_serializer.ToBinary(written)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(1_000_000)]
    public void The_first_event_with_a_batch_alone_is_the_array_that_has_its_entries(long previousIndex)
    {
        LogEntry[] entries = [Logs.Entry(previousIndex + 1, 3), Logs.Entry(previousIndex + 2, 5)];
        var message = new AppendEntries(Header, previousIndex, 2, 0, 12, new EntryBatch(entries));
        string expected = Hex(new StatePersisted(null, previousIndex, [new EntryBatch(entries[..1]),
            new EntryBatch(entries[1..])]));
        EntryBatch[] batches = [new EntryBatch(entries), Copy(message).Entries];
        foreach (var batch in batches)
        {
            var alone = new StatePersisted(null, previousIndex, [batch]);
            byte[] written = _serializer.ToBinary(alone);
            Assert.Same(ArrayOf(batch), written);
            Assert.Equal(expected, Convert.ToHexString(written));

            // What was given to a journal is never written into again.
            Assert.Equal(expected, Hex(alone));
            _serializer.ToBinary(new StatePersisted(null, previousIndex + 1, [batch]));
            Assert.Equal(expected, Convert.ToHexString(written));
        }
    }

    [Fact]
    public void An_event_that_says_more_has_an_array_of_its_own()
    {
        var batch = new EntryBatch([Logs.Entry(4, 3)]);
        byte[] more = _serializer.ToBinary(new StatePersisted(new HardState(5, null, null), 3, [batch]));
        Assert.NotSame(ArrayOf(batch), more);
        Assert.Equal(3, ((StatePersisted)_serializer.FromBinary(more, "P")).PreviousIndex);
        Assert.Same(ArrayOf(batch), _serializer.ToBinary(new StatePersisted(null, 3, [batch])));
    }

    private string Hex(object message) => Convert.ToHexString(_serializer.ToBinary(message));

    private static byte[]? ArrayOf(EntryBatch batch) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(batch.Encoded, out var segment) ? segment.Array : null;

    [Fact]
    public void A_message_of_a_later_version_is_understood()
    {
        // An unknown field before the entries, and one behind them.
        byte[] plain = _serializer.ToBinary(new AppendEntries(Header, 3, 2, 1, 12, new EntryBatch([Logs.Entry(4, 3)])));
        byte[] later = [0x78 - 0x10, 0x01, .. plain, 0x82, 0x01, 0x01, 0x00];

        var message = Assert.IsType<AppendEntries>(_serializer.FromBinary(later, "AE"));

        Assert.Equal((3, 4), (message.PrevLogIndex, message.Entries.LastIndex));
    }

    [Theory]
    [InlineData("AE")]
    [InlineData("AER")]
    [InlineData("RV")]
    [InlineData("P")]
    [InlineData("no such manifest")]
    public void Bytes_that_make_no_sense_are_a_message_that_says_so(string manifest)
    {
        var message = _serializer.FromBinary([0xFF, 0xFF, 0x03, 0x7A, 0x55], manifest);

        Assert.Equal(manifest, Assert.IsType<MalformedMessage>(message).Manifest);
    }

    [Fact]
    public void Bytes_without_a_manifest_are_a_message_that_says_so()
    {
        var message = Assert.IsType<MalformedMessage>(_serializer.FromBinary([0xFF], null!));

        Assert.Equal(("", "It has no manifest."), (message.Manifest, message.Problem));
    }

    [Fact]
    public void A_message_without_a_header_is_malformed() =>
        Assert.IsType<MalformedMessage>(_serializer.FromBinary([], "AE"));

    [Fact]
    public void No_cut_of_a_message_is_an_exception()
    {
        byte[] whole = _serializer.ToBinary(new AppendEntries(Header, 3, 2, 1, 12,
            new EntryBatch([Logs.Entry(4, 3), Logs.Entry(5, 5)])));

        for (int length = 0; length < whole.Length; length++)
            Assert.IsAssignableFrom<IRaftMessage>(_serializer.FromBinary(whole[..length], "AE"));
    }

    private T Copy<T>(T message)
        where T : class =>
            Assert.IsType<T>(_serializer.FromBinary(_serializer.ToBinary(message), _serializer.Manifest(message)));

    private static void AssertSame(EntryBatch expected, EntryBatch actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.Equal(Convert.ToHexString(expected.Encoded.Span), Convert.ToHexString(actual.Encoded.Span));
        for (int i = 0; i < expected.Count; i++)
            Assert.Equal(expected.Entries[i].Index, actual.Entries[i].Index);
    }

    private static void AssertSame(Payload expected, Payload actual)
    {
        Assert.Equal(expected.Bytes.ToArray(), actual.Bytes.ToArray());
        Assert.Equal((expected.SerializerId, expected.Manifest), (actual.SerializerId, actual.Manifest));
    }

    // No serializer can write it, not even one that takes anything.
    private sealed class Unreadable
    {
        public int Value => throw new InvalidOperationException("It cannot be read.");
    }
}
