using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Metrics;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Requests;
using RaftActors.StateMachines;
using RaftActors.Tests.Metrics;

namespace RaftActors.Tests.Requests;

/// <summary>A peer as requests see it: keeps what it is told, and is in the state that a spec wants.</summary>
internal sealed class RequestPeer : IRequestsPeer
{
    private static readonly PeerHeader Own = new("host:1", "group", "a", "store-a", 5);

    /// <summary>What actors were told.</summary>
    public List<object> Told { get; } = [];

    /// <summary>What other peers were sent.</summary>
    public List<(string Address, PeerMessage Message)> Sent { get; } = [];

    /// <summary>What the peer was asked to do itself, as the leader.</summary>
    public List<ForwardedRequest> Led { get; } = [];

    /// <summary>The entries that were appended.</summary>
    public List<LogEntry> Appended { get; } = [];

    /// <summary>When the timer fires; <c>null</c> when none was started.</summary>
    public TimeSpan? TimerAt { get; private set; }

    /// <summary>How often a flush was asked for.</summary>
    public int Flushes { get; private set; }

    public PeerMetrics Metrics { get; } = Measurements.OfFake();

    public Member? Leader { get; set; }

    public TimeSpan Now { get; set; }

    public long Term => 5;

    public LeaderState? Leading { get; set; }

    public bool IsDurable { get; set; } = true;

    public bool IsTransferring { get; set; }

    public bool HasStateMachine { get; set; } = true;

    public (FailureReason Reason, string Message) WhyNoStateMachine => (FailureReason.StateMachineFailed, "It failed.");

    public long SentIndex { get; set; }

    /// <summary>Why a response cannot be sent; empty if it can.</summary>
    public string EncodingProblem { get; set; } = "";

    public string WhyNotLeader => "a is not the leader.";

    public void Lead(ForwardedRequest request) => Led.Add(request);

    public void Ask(AskQueries queries) => Told.Add(queries);

    public void RequestFlush() => Flushes++;

    public void StartTimer(object timer, TimeSpan delay) => TimerAt = Now + delay;

    public void StopTimer(object timer) => TimerAt = null;

    public string AddressOf(Server member) => member.Address;

    public LogEntry Append(EntryKind kind, Payload payload, SessionStamp? session)
    {
        var entry = new LogEntry(Appended.Count + 1, 5, kind, 0, payload) { Session = session };
        Appended.Add(entry);
        return entry;
    }

    public void ChangeMembers(Payload change, Proposer proposer) => Told.Add(change);

    public void Tell(IActorRef actor, object message) => Told.Add(message);

    public PeerHeader Header(string toStoreId = "") => Own with { ToStoreId = toStoreId };

    public void Send(string address, PeerMessage message) => Sent.Add((address, message));

    public bool TryEncode(object? response, out Payload? payload, out string problem)
    {
        payload = response is byte[] bytes ? new Payload(bytes, 0, "") : null;
        problem = EncodingProblem;
        return problem.Length == 0;
    }

    public object? Decode(Payload? payload) => payload is { } encoded
        ? encoded.SerializerId == 0 ? encoded.Bytes.ToArray() : throw new ArgumentException("unknown serializer")
        : null;
}
