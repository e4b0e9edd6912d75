using Akka.Actor;
using Akka.Event;

namespace Akka.Persistence;

public sealed class ReplayMessages(long fromSequenceNr, long toSequenceNr, long max, string persistenceId, IActorRef persistentActor) : IJournalRequest
{
    public long FromSequenceNr { get; } = fromSequenceNr;

    public long ToSequenceNr { get; } = toSequenceNr;

    public long Max { get; } = max;

    public string PersistenceId { get; } = persistenceId;

    public IActorRef PersistentActor { get; } = persistentActor;

    /// <summary>
    /// The instance that asked; 0 where it was not one of ours. It goes into the answers, so that those which a restarted predecessor had asked for are known, and it
    /// answers <see cref="ReplayPaused"/>, so that a long journal need not wait in its mailbox.
    /// </summary>
    internal int ActorInstanceId { get; init; }
}

/// <summary>A part of a replay.</summary>
internal interface IReplayResponse : IJournalResponse, IDeadLetterSuppression
{
    /// <summary>The instance that asked for the replay; 0 if that is not known.</summary>
    int ActorInstanceId { get; }
}

public sealed class ReplayedMessage(IPersistentRepresentation persistent) : IReplayResponse
{
    public IPersistentRepresentation Persistent { get; } = persistent;

    internal int ActorInstanceId { get; init; }

    int IReplayResponse.ActorInstanceId => ActorInstanceId;
}

public sealed class RecoverySuccess(long highestSequenceNr) : IReplayResponse
{
    public long HighestSequenceNr { get; } = highestSequenceNr;

    internal int ActorInstanceId { get; init; }

    int IReplayResponse.ActorInstanceId => ActorInstanceId;
}

public sealed class ReplayMessagesFailure(Exception cause) : IReplayResponse
{
    public Exception Cause { get; } = cause;

    internal int ActorInstanceId { get; init; }

    int IReplayResponse.ActorInstanceId => ActorInstanceId;
}

/// <summary>Told by a journal between replayed events; it goes on when the actor, having handled those, answers <see cref="ContinueReplay"/>, and ends if it answers <see cref="AbandonReplay"/>.</summary>
internal sealed class ReplayPaused(int actorInstanceId) : IReplayResponse
{
    public int ActorInstanceId { get; } = actorInstanceId;
}

internal sealed class ContinueReplay : IJournalRequest, IDeadLetterSuppression
{
    public static readonly ContinueReplay Instance = new();
}

/// <summary>Who asked for the replay was restarted, and its successor has asked for one of its own.</summary>
internal sealed class AbandonReplay : IJournalRequest, IDeadLetterSuppression
{
    public static readonly AbandonReplay Instance = new();
}

public sealed class DeleteMessagesTo(string persistenceId, long toSequenceNr, IActorRef persistentActor) : IJournalRequest
{
    public string PersistenceId { get; } = persistenceId;

    public long ToSequenceNr { get; } = toSequenceNr;

    public IActorRef PersistentActor { get; } = persistentActor;
}

public sealed class DeleteMessagesSuccess(long toSequenceNr)
{
    public long ToSequenceNr { get; } = toSequenceNr;
}

public sealed class DeleteMessagesFailure(Exception cause, long toSequenceNr)
{
    public Exception Cause { get; } = cause;

    public long ToSequenceNr { get; } = toSequenceNr;
}
