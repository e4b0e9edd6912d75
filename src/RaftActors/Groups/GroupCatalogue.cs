using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using RaftActors.Journal;
using RaftActors.Protocol;
using RaftActors.Storage;

namespace RaftActors.Groups;

/// <summary>
/// The journal of a node's catalogue of groups. It reads the events once, tells its parent what they say, and from then
/// on writes what its parent tells it, in that order. Events that come while others are being written share one write.
/// After a failure it tells its parent and stops, and the next one reads what was written.
/// </summary>
internal sealed class GroupCatalogue : UntypedPersistentActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly RaftSettings _settings;
    private readonly CatalogueState _state;

    /// <param name="settings">The member id, and the journal.</param>
    public GroupCatalogue(RaftSettings settings)
    {
        _settings = settings;
        JournalPluginId = settings.JournalPluginId;
        SnapshotPluginId = settings.SnapshotPluginId;
        PersistenceId = PersistenceIds.OfCatalogue(settings.MemberId);
        _state = new CatalogueState(PersistenceId, settings.MemberId);
    }

    public override string PersistenceId { get; }

    // The whole catalogue is an event, and there are no snapshots.
    public override Recovery Recovery { get; } = new(SnapshotSelectionCriteria.None);

    public static Props Props(RaftSettings settings) => Akka.Actor.Props.Create(() => new GroupCatalogue(settings));

    protected override void OnRecover(object message)
    {
        if (message is not RecoveryCompleted)
        {
            _state.Replay(LastSequenceNr, message);
        }
        else if (_state.WhatIsMissing(LastSequenceNr) is { } missing)
        {
            Report(missing, isRead: true);
            Context.Stop(Self);
        }
        else
        {
            Context.Parent.Tell(new Recovered(_state));
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Append append:
                PersistAsync(append.Event, OnPersisted);
                break;
            case DeleteMessagesFailure failure:
                _log.Warning("{0}: the events before the whole catalogue cannot be deleted: {1} "
                    + "They are deleted after the next one.", PersistenceId, failure.Cause.Message);
                break;
            case DeleteMessagesSuccess:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null) => Report(reason, isRead: true);

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        Report(cause, isRead: false);

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        // Akka.Persistence would go on past the hole. A rejected write is a failed write.
        Report(cause, isRead: false);
        Context.Stop(Self);
    }

    private void OnPersisted(IRaftMessage written)
    {
        if (written is CatalogueWritten && LastSequenceNr > 1)
            DeleteMessages(LastSequenceNr - 1);
        Context.Parent.Tell(new Appended(written));
    }

    private void Report(Exception reason, bool isRead)
    {
        string where = StorePlugins.Describe(Context.System.Settings.Config, _settings);
        var failure = reason is JournalException
            ? new StoreFailure(CanWait: false, reason.Message)
            : StoreFailure.Of(reason, _settings.ExplainStoreFailure);
        Context.Parent.Tell(new Failed(failure with
        {
            Problem = $"The catalogue of this node's groups, {PersistenceId} in {where}, cannot be "
                + $"{(isRead ? "read" : "written")}: {failure.Problem}",
        }));
    }

    /// <summary>Has an event written. Answered with <see cref="Appended"/>.</summary>
    internal sealed record Append(IRaftMessage Event) : INoSerializationVerificationNeeded;

    /// <summary>An event is durable. Events become durable in the order in which they were told.</summary>
    internal sealed record Appended(IRaftMessage Event) : INoSerializationVerificationNeeded;

    /// <summary>The catalogue was read.</summary>
    internal sealed record Recovered(CatalogueState State) : INoSerializationVerificationNeeded;

    /// <summary>The catalogue cannot be read or written. The actor stops.</summary>
    internal sealed record Failed(StoreFailure Failure) : INoSerializationVerificationNeeded;
}
