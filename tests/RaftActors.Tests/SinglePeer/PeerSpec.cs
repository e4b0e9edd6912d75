using Akka.Actor;
using Akka.TestKit;
using Google.Protobuf;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.StateMachines;
using RaftActors.Tests.VirtualTime;
using Xunit.Abstractions;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Tests.SinglePeer;

/// <summary>
/// One peer, <c>a</c> of <c>a, b, c</c>, in virtual time, with probes in place of the others and a disk that does as it
/// is told. Messages to the others end in <see cref="B"/> and <see cref="C"/>; what they say is told to
/// <see cref="Peer"/>.
/// </summary>
public abstract class PeerSpec : CommandedDiskSpec
{
    protected const string Group = "group";

    private readonly Dictionary<string, TestProbe> _probes = [];
    private readonly RecordingMachine _none = new(static () => false);
    private readonly System.Collections.Concurrent.ConcurrentQueue<Action> _unanswered = new();
    private RecordingMachine? _machine;
    private IActorRef? _incarnation;

    protected PeerSpec(ITestOutputHelper output)
        : base(output)
    {
        B = new FakePeer(this, "b", "host:2", "store-b");
        C = new FakePeer(this, "c", "host:3", "store-c");
        _probes["host:2"] = B.Probe;
        _probes["host:3"] = C.Probe;
        Moved = new FakePeer(this, "moved", "host:9", "store-moved");
        _probes["host:9"] = Moved.Probe;
        StoreId = "store-a";
    }

    /// <summary>The peer under test: its supervisor.</summary>
    protected IActorRef Peer { get; private set; } = ActorRefs.Nobody;

    private protected FakePeer B { get; }

    private protected FakePeer C { get; }

    /// <summary>Whoever is at host:9.</summary>
    private protected FakePeer Moved { get; }

    /// <summary>The store of the peer under test.</summary>
    protected string StoreId { get; private set; }

    /// <summary>Of a peer that drew its store's identity itself.</summary>
    protected void UseStoreId(string storeId) => StoreId = storeId;

    protected string PersistenceId => $"raft-{Group}-a";

    /// <summary>What the state machine of the peer has applied.</summary>
    private protected RecordingMachine Machine
    {
        get => _machine ?? _none;
        private set => _machine = value;
    }

    /// <summary>The digest of the state machine; <c>null</c> when it has none.</summary>
    protected Func<ulong>? Digest { get; set; }

    /// <summary>Whether the poisonous command still fails.</summary>
    protected bool PoisonWorks { get; set; } = true;

    /// <summary>The configuration with the stores of all three.</summary>
    private protected Configuration Bound =>
        new([new Server("a", "host:1", StoreId), new Server("b", "host:2", "store-b"),
            new Server("c", "host:3", "store-c")]);

    protected RaftSettings Settings { get; set; } = new()
    {
        Group = Group,
        MemberId = "a",
        Members = [new Member("a", "host:1"), new Member("b", "host:2"), new Member("c", "host:3")],
        RandomSeed = 1,
    };

    /// <summary>
    /// Puts a peer with a log on the disk: bound to its store by the first entry, then commands of these terms.
    /// </summary>
    private protected void PutLog(HardState hardState, params long[] terms)
    {
        Disk.Put(PersistenceId, new PeerCreated(1, Group, "a", StoreId),
            new StatePersisted(hardState, 0, [new EntryBatch(Entries(terms))]));
    }

    /// <summary>Entries from index 1: the configuration, then commands.</summary>
    private protected LogEntry[] Entries(params long[] terms)
    {
        var entries = new LogEntry[terms.Length];
        for (int i = 0; i < terms.Length; i++)
            entries[i] = i == 0
                ? new LogEntry(1, terms[0], EntryKind.Configuration, 0, Bound.ToPayload())
                : Command(i + 1, terms[i]);
        return entries;
    }

    // The peer itself, behind its supervisor; null while there is none.
    private IActorRef? Incarnation() => Find("peer");

    /// <summary>The actor with this path below the peer's supervisor, null if there is none.</summary>
    protected IActorRef? Find(params string[] path) =>
        Answer<ActorIdentity>(Sys.ActorSelection(Peer.Path / path), new Akka.Actor.Identify(0)).Subject;

    private protected static LogEntry Command(long index, long term) =>
        new(index, term, EntryKind.Command, 0, new Payload(new[] { (byte)index }, 0, ""));

    /// <summary>Starts the peer.</summary>
    protected void Start()
    {
        var settings = Settings with { Resolver = new ProbeResolver(this) };
        Peer = Raft.Get(Sys).StartAsync(settings, NewMachine).GetAwaiter().GetResult();
        while (_unanswered.TryDequeue(out var answer))
            answer();
    }

    private RecordingMachine NewMachine() =>
        Machine = Digest is { } digest
            ? new DigestMachine(() => PoisonWorks, digest)
            : new RecordingMachine(() => PoisonWorks);

    /// <summary>Whether the others answer when the peer, at its start, asks what they know of its store.</summary>
    protected bool OthersAnswer { get; set; } = true;

    /// <summary>Starts a peer that has a log and knows no leader.</summary>
    private protected void StartWithLog(HardState hardState, params long[] terms)
    {
        PutLog(hardState, terms);
        Start();
        Adopt();
    }

    /// <summary>Takes note of the peer that runs, so that it can be restarted.</summary>
    protected void Adopt()
    {
        Assert.NotSame(_none, Machine);
        _incarnation = Incarnation();
    }

    /// <summary>A leader in term 2, whose no-op is entry 3 and durable, with both followers replicating.</summary>
    private protected void StartAsLeader()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        Elect();
        foreach (var follower in new[] { B, C })
        {
            follower.Expect<AppendEntries>(append => append.Entries.Count > 0);
            follower.Accept(3, 2);
        }
        Forget();
    }

    /// <summary>Starts a peer with a log, whose writes from now on are done when the spec says so.</summary>
    private protected void StartCommanded(HardState hardState, params long[] terms)
    {
        StartWithLog(hardState, terms);
        Disk.Commanded = true;
    }

    /// <summary>What a write of the peer makes durable.</summary>
    private protected static StatePersisted Event(PendingWrite write) => Assert.IsType<StatePersisted>(write.Event);

    /// <summary>Lets the peer win an election with the vote of b.</summary>
    private protected void Elect()
    {
        long term = Campaign().Term;
        B.Say(header => new RequestVoteReply(header, true, false, term), term);
    }

    /// <summary>Lets the peer become a candidate of the term after its own: b has granted its pre-vote.</summary>
    private protected RequestVote Campaign()
    {
        AdvanceUntil(() => B.TryTake<RequestVote>(static request => request.PreVote) is not null);
        long term = Status().Term + 1;
        B.Say(header => new RequestVoteReply(header, true, true, term), term - 1);
        return B.Expect<RequestVote>(static request => !request.PreVote);
    }

    /// <summary>Asks the peer for its vote, and returns the answer.</summary>
    private protected static bool AskForVote(FakePeer candidate, long term, long lastLogIndex, long lastLogTerm,
        bool preVote = false, bool transfer = false, Configuration? founding = null)
    {
        candidate.Say(header => new RequestVote(header, lastLogIndex, lastLogTerm, preVote, transfer, founding), term);
        return candidate.Expect<RequestVoteReply>().Granted;
    }

    /// <summary>Stops the peer as a crash would, and starts it again from its disk.</summary>
    protected void Restart()
    {
        _incarnation!.Tell(Kill.Instance);
        AwaitRestart();
    }

    /// <summary>Until the peer, which is about to stop, has been started again.</summary>
    protected void AwaitRestart()
    {
        var before = _incarnation;
        AdvanceUntil(() => (_incarnation = Incarnation()) is not null && !_incarnation.Equals(before), 30_000);
    }

    protected RaftStatus Status() => Answer<RaftStatus>(Peer, GetStatus.Instance);

    /// <summary>Asks for an answer that needs no time to pass.</summary>
    protected static T Answer<T>(ICanTell target, object question)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return target.Ask<T>(question, patience.Token).GetAwaiter().GetResult();
    }

    /// <summary>Forgets what the probes have received.</summary>
    protected void Forget()
    {
        B.Forget();
        C.Forget();
        Moved.Forget();
    }

    private void Answer(FakePeer other, Introduce question)
    {
        if (Peer.IsNobody())
            _unanswered.Enqueue(() => other.Answer(question));
        else
            other.Answer(question);
    }

    private sealed class ProbeResolver(PeerSpec spec) : IPeerResolver
    {
        public ICanTell Resolve(string nodeAddress, string group) =>
            spec._probes.TryGetValue(nodeAddress, out var probe)
                ? new Link(spec, nodeAddress == "host:2" ? spec.B : spec.C, probe.Ref)
                : ActorRefs.Nobody;
    }

    // What the peer asks at its start is answered at once, if it is to be: before anything that a spec says to the peer
    // afterwards.
    private sealed class Link(PeerSpec spec, FakePeer other, ICanTell probe) : ICanTell
    {
        public void Tell(object message, IActorRef sender)
        {
            if (spec.OthersAnswer && message is Introduce { Round: < 0 } question)
                spec.Answer(other, question);
            else
                probe.Tell(message, sender);
        }
    }

    /// <summary>Another member, played by a probe.</summary>
    private protected sealed class FakePeer
    {
        private readonly PeerSpec _spec;
        private readonly string _address;

        public FakePeer(PeerSpec spec, string id, string address, string storeId)
        {
            (_spec, Id, _address, StoreId) = (spec, id, address, storeId);
            Probe = spec.CreateTestProbe();
        }

        /// <summary>Answers the question that the peer asks at its start.</summary>
        public void Answer(Introduce question) =>
            Say(header => new IntroduceReply(header, question.Round, false, _spec.StoreId), 0);

        public TestProbe Probe { get; }

        public string StoreId { get; set; }

        public string Id { get; }

        /// <summary>The identity of the group that it says it is of.</summary>
        public string GroupId { get; set; } = "";

        /// <summary>Whether it says that this identity may yet change.</summary>
        public bool GroupIsUndecided { get; set; }

        /// <summary>Whether it says that its log is empty.</summary>
        public bool IsEmpty { get; set; }

        /// <summary>What it understands; 0 for a version without identities of groups.</summary>
        public int Version { get; set; }

        /// <summary>The sender's part of a message of this member to the peer under test.</summary>
        public PeerHeader Header(long term) => new(_address, Group, Id, StoreId, term, _spec.StoreId)
        {
            GroupId = GroupId, GroupIsUndecided = GroupIsUndecided, IsEmpty = IsEmpty, Version = Version,
        };

        /// <summary>Tells the peer something.</summary>
        public void Say(Func<PeerHeader, PeerMessage> message, long term) =>
            _spec.Peer.Tell(message(Header(term)), ActorRefs.NoSender);

        /// <summary>Waits for a message, passing over others.</summary>
        public T Expect<T>(Predicate<T>? matches = null)
            where T : class
        {
            T? found = null;
            Probe.FishForMessage(message => (found = message as T) is not null && (matches is null || matches(found)),
                TimeSpan.FromSeconds(10));
            return found!;
        }

        /// <summary>A message that has already arrived, passing over others.</summary>
        public T? TryTake<T>(Predicate<T>? matches = null)
            where T : class
        {
            while (Probe.HasMessages)
                if (Probe.ReceiveOne(TimeSpan.Zero) is T found && (matches is null || matches(found)))
                    return found;
            return null;
        }

        /// <summary>Nothing of that kind has arrived; everything that has is forgotten.</summary>
        public void ExpectNone<T>(Predicate<T>? matches = null)
            where T : class => Assert.Null(TryTake(matches));

        public void Forget() => TryTake<object>(static _ => false);

        /// <summary>Sends entries as a leader.</summary>
        public void Append(long term, long previousIndex, long previousTerm, long commit, params LogEntry[] entries) =>
            Say(header => new AppendEntries(header, previousIndex, previousTerm, commit, 0, new EntryBatch(entries)),
                term);

        /// <summary>Acknowledges entries as a follower.</summary>
        public void Accept(long match, long term, long readContext = 0, long? accepted = null) =>
            Say(header => new AppendEntriesReply(header, true, match, accepted ?? match, 0, default, readContext),
                term);
    }

    /// <summary>A state machine that remembers what it applied; the response is the number of commands.</summary>
    private protected class RecordingMachine(Func<bool> poisonWorks) : IStateMachine
    {
        public List<LogEntry> Applied { get; } = [];

        public bool Failed { get; private set; }

        /// <summary>How many images were asked for.</summary>
        public int Images { get; private set; }

        /// <summary>What it writes instead of its own image.</summary>
        public IEnumerable<ReadOnlyMemory<byte>>? Image { get; set; }

        public object? Apply(LogEntry entry, object command)
        {
            if (poisonWorks() && command is byte[] { Length: 1 } bytes && bytes[0] == Poison)
            {
                Failed = true;
                throw new InvalidOperationException("A command that cannot be applied.");
            }
            Applied.Add(entry);
            return new[] { (byte)Applied.Count };
        }

        public object? Query(object request) => request is byte[] { Length: 1 } bytes && bytes[0] == Poison
            ? throw new InvalidOperationException("A question that cannot be answered.")
            : new[] { (byte)Applied.Count };

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot()
        {
            Images++;
            if (Image is not null)
                return Image;
            var image = new Wire.StatePersisted();
            image.Entries.AddRange(Applied.Select(entry =>
                new Wire.Entry { Index = entry.Index, Term = entry.Term,
                Payload = ByteString.CopyFrom(entry.Payload.Bytes.Span) }));
            return [image.ToByteArray()];
        }

        public void Restore(Stream snapshot) => Applied.AddRange(Wire.StatePersisted.Parser.ParseFrom(snapshot).Entries
            .Select(entry => new LogEntry(entry.Index, entry.Term, EntryKind.Command, 0,
                new Payload(entry.Payload.ToByteArray(), 0, ""))));
    }

    /// <summary>The same, with a digest.</summary>
    private sealed class DigestMachine(Func<bool> poisonWorks, Func<ulong> digest) : RecordingMachine(poisonWorks),
        IStateDigest
    {
        public ulong Digest() => digest();
    }

    /// <summary>A command and a request that fail.</summary>
    protected const byte Poison = 0xEE;
}
