using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Requests;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Requests;

/// <summary>A peer as requests see it.</summary>
internal sealed class RequestPeer : TestPeer, IRequestsPeer
{
    /// <summary>What the peer was asked to do itself, as the leader.</summary>
    public List<ForwardedRequest> Led { get; } = [];

    /// <summary>The entries that were appended.</summary>
    public List<LogEntry> Appended { get; } = [];

    /// <summary>When the timer fires; <c>null</c> when none was started.</summary>
    public TimeSpan? TimerAt => Timers.Count > 0 ? Timers.Values.Single() : null;

    public bool IsDurable { get; set; } = true;

    public bool IsTransferring { get; set; }

    public bool HasRested { get; set; }

    public bool HasStateMachine { get; set; } = true;

    public (FailureReason Reason, string Message) WhyNoStateMachine => (FailureReason.StateMachineFailed, "It failed.");

    public long SentIndex { get; set; }

    public string WhyNotLeader => "a is not the leader.";

    public void Lead(ForwardedRequest request) => Led.Add(request);

    public void Ask(AskQueries queries) => Told.Add(queries);

    public LogEntry Append(EntryKind kind, Payload payload, SessionStamp? session)
    {
        var entry = new LogEntry(Appended.Count + 1, 5, kind, 0, payload) { Session = session };
        Appended.Add(entry);
        return entry;
    }

    public void ChangeMembers(Payload change, Proposer proposer) => Told.Add(change);
}
