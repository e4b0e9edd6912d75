using Akka.Actor;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Metrics;
using RaftActors.Protocol;
using RaftActors.Replication;
using RaftActors.Requests;
using RaftActors.Tests.Metrics;
using RaftActors.Tests.Tracing;
using RaftActors.Tracing;

namespace RaftActors.Tests;

/// <summary>
/// A peer as its collaborators see it: member a. It keeps what it is asked to do, and is in the state that a spec
/// wants.
/// </summary>
internal abstract class TestPeer : IAnswers
{
    /// <summary>What actors were told.</summary>
    public List<object> Told { get; } = [];

    /// <summary>What other peers were sent, and where.</summary>
    public List<(string Address, PeerMessage Message)> Sent { get; } = [];

    /// <summary>The timers that run, and when each fires.</summary>
    public Dictionary<object, TimeSpan> Timers { get; } = [];

    /// <summary>How often a flush was asked for.</summary>
    public int Flushes { get; private set; }

    /// <summary>Why a response cannot be sent; empty if it can.</summary>
    public string EncodingProblem { get; set; } = "";

    public PeerMetrics Metrics { get; } = Measurements.OfFake();

    public PeerTraces Traces { get; } = Spans.OfFake();

    public TimeSpan Now { get; set; }

    public virtual long Term => 5;

    public Member? Leader { get; set; }

    public LeaderState? Leading { get; set; }

    public string AddressOf(Server member) => member.Address;

    public PeerHeader Header(string toStoreId = "") => new("host:1", "group", "a", "store-a", Term, toStoreId);

    public void Send(string address, PeerMessage message) => Sent.Add((address, message));

    public void Tell(IActorRef actor, object message) => Told.Add(message);

    public void RequestFlush() => Flushes++;

    public void StartTimer(object timer, TimeSpan delay) => Timers[timer] = Now + delay;

    public void StopTimer(object timer) => Timers.Remove(timer);

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
