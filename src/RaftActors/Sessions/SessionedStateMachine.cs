using System.IO.Hashing;
using System.Runtime.InteropServices;
using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using RaftActors.StateMachines;

namespace RaftActors.Sessions;

/// <summary>
/// A state machine with a session table in front. A command of a session is applied at most once, however often it is
/// proposed. A command of an unknown or expired session is never applied.
/// </summary>
/// <param name="machine">The state machine.</param>
/// <param name="system">The actor system whose serializers write commands and responses.</param>
/// <param name="warn">Logs responses that cannot be remembered, once for each type.</param>
internal sealed class SessionedStateMachine(IStateMachine machine, ActorSystem system, Action<string> warn)
{
    private readonly HashSet<Type> _forgotten = [];
    private readonly IPayloadReader? _reader = machine as IPayloadReader;
    private IReadOnlyList<History> _histories = [];

    /// <summary>The sessions. Replaced when a snapshot is restored.</summary>
    public SessionTable Sessions { get; private set; } = new();

    /// <summary>Applies the next entry, of any kind.</summary>
    /// <returns>The response. An <see cref="EntryOutcome"/> if the state machine was not given the command.</returns>
    public object? Apply(LogEntry entry)
    {
        Sessions.Advance(entry);
        return entry.Kind switch
        {
            EntryKind.Command when entry.Session is { } stamp => ApplyOnce(entry, stamp),
            EntryKind.Command => machine.Apply(entry, Decode(entry.Payload)),
            EntryKind.Session => Change(entry),
            EntryKind.Configuration => Enter(entry),
            _ => null,
        };
    }

    /// <summary>Whether the state machine has a digest.</summary>
    public bool HasDigest => machine is IStateDigest;

    /// <summary>The digest of the state machine's state and of the sessions.</summary>
    public ulong Digest()
    {
        ReadOnlySpan<ulong> parts = [((IStateDigest)machine).Digest(), Sessions.Digest()];
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(parts));
    }

    /// <summary>Goes on from the state in a snapshot.</summary>
    /// <param name="sessions">The sessions in the snapshot.</param>
    /// <param name="snapshot">The snapshot, with the group's members and histories.</param>
    public void GoOnFrom(SessionTable sessions, Snapshot snapshot)
    {
        Sessions = sessions;
        Enter(snapshot.Configuration.Histories, snapshot.LastIncludedIndex);
        TellConfiguration(snapshot.ConfigurationIndex, snapshot.Configuration);
    }

    private object? Enter(LogEntry entry)
    {
        if (entry.Payload.TryReadConfiguration() is { } configuration)
        {
            Enter(configuration.Histories, entry.Index);
            TellConfiguration(entry.Index, configuration);
        }
        return null;
    }

    private void TellConfiguration(long index, Configuration configuration) =>
        (machine as IConfigurationAware)?.ConfigurationApplied(new AppliedConfiguration(
            index, configuration.Members(), Configuration.Shown(configuration.Learners),
            Configuration.Shown(configuration.Outgoing)));

    // A configuration of a version without identities has no histories. Then nothing has changed.
    private void Enter(IReadOnlyList<History> histories, long index)
    {
        if (histories.Count == 0)
            return;
        if (histories.Count > 1 && histories[^1].FirstIndex == index)
            Sessions.Clear();
        if (histories.SequenceEqual(_histories))
            return;
        _histories = histories;
        (machine as IHistoryAware)?.EnterHistory(histories);
    }

    private object Decode(Payload payload) =>
        _reader?.TryDecode(payload) ?? Payloads.Decode(system.Serialization, payload);

    private object? ApplyOnce(LogEntry entry, SessionStamp stamp)
    {
        switch (Sessions.Admit(stamp, out var earlier))
        {
            case Admission.Apply:
                object? response = machine.Apply(entry, Decode(entry.Payload));
                Sessions.Remember(stamp, Remembered(entry, response));
                return response;
            case Admission.Duplicate:
                return Again(earlier!);
            case Admission.Forgotten:
                return new EntryOutcome.Refused(FailureReason.ResponseForgotten,
                    $"Command {stamp.Sequence} of session {stamp.SessionId} was applied or given up before; its "
                        + "response is no longer remembered. It was not applied again.");
            case Admission.TooMany:
                return new EntryOutcome.Refused(FailureReason.Overloaded,
                    $"Session {stamp.SessionId} has as many unacknowledged responses as raft.sessions.max-responses "
                        + "allows. Await the answers of earlier commands first.");
            default:
                return Expired(stamp.SessionId);
        }
    }

    private object? Change(LogEntry entry)
    {
        var change = entry.Payload.TryReadSessionChange()
            ?? throw new InvariantViolationException($"The session entry {entry.Index} cannot be read.");
        if (change.Open is { } limits)
        {
            long id = SessionTable.IdOf(entry);
            return Sessions.Open(id, limits)
                ? new SessionOpened(id, TimeSpan.FromMilliseconds(limits.Timeout))
                : new EntryOutcome.Refused(FailureReason.Overloaded,
                    $"There are {Sessions.Count} sessions, the most that raft.sessions.max allows. Try again when some "
                        + "were closed or have expired.");
        }
        var stamp = entry.Session ?? new SessionStamp(0, 0, 0);
        bool known = change.Close ? Sessions.Close(stamp.SessionId) : Sessions.KeepAlive(stamp);
        return known ? null : Expired(stamp.SessionId);
    }

    // A response that no serializer can write is not remembered. It could not be sent to another node either.
    private SessionResponse Remembered(LogEntry entry, object? response)
    {
        if (response is null)
            return new SessionResponse(entry.Index, entry.Term, null);
        if (Payloads.TryEncode(system.Serialization, response, out var payload, out string problem))
            return new SessionResponse(entry.Index, entry.Term, payload);
        if (_forgotten.Add(response.GetType()))
            warn($"The response to the command at index {entry.Index} cannot be remembered, and a retry of it will not "
                + $"be answered: {problem}");
        return new SessionResponse(entry.Index, entry.Term, null, Forgotten: true);
    }

    private EntryOutcome Again(SessionResponse earlier)
    {
        if (earlier.Response is not { } payload)
            return new EntryOutcome.AppliedBefore(earlier.Index, earlier.Term, null);
        try
        {
            return new EntryOutcome.AppliedBefore(earlier.Index, earlier.Term,
                Payloads.Decode(system.Serialization, payload));
        }
        catch (Exception problem)
        {
            return new EntryOutcome.Refused(FailureReason.ResponseForgotten,
                $"It was applied before, at index {earlier.Index}, but its response cannot be deserialized here: "
                    + $"{problem.Message}");
        }
    }

    private static EntryOutcome.Refused Expired(long sessionId) => new(FailureReason.SessionExpired,
        $"Session {sessionId} is not open: it has expired, was closed, or never was. The command was not applied now; "
            + "an attempt of it before the session expired may have been. Open a new session.");
}
