using RaftActors.Journal;
using RaftActors.Protocol;

namespace RaftActors.Groups;

/// <summary>The groups of a node, as the events of its catalogue say. Knows no actor and no disk.</summary>
/// <param name="persistenceId">The persistence id of the catalogue, for messages.</param>
/// <param name="node">The node's member id.</param>
internal sealed class CatalogueState(string persistenceId, string node)
{
    // The catalogue is written anew as a whole after so many events, or after twice as many events as it has groups.
    private const int FewestEvents = 100;

    private const string Advice =
        "Without it nobody knows the groups of this node, and none of them starts. Bring the journal back from a "
        + "backup. Or give the node an empty data directory, and treat its members as members whose disk was lost.";

    private readonly Dictionary<string, CataloguedGroup> _groups = new(StringComparer.Ordinal);
    private long _lastEvent;
    private int _events;

    /// <summary>The groups.</summary>
    public IReadOnlyCollection<CataloguedGroup> Groups => _groups.Values;

    /// <summary>Whether there is any event.</summary>
    public bool Exists { get; private set; }

    /// <summary>The highest incarnation that was given to a group.</summary>
    public long LastIncarnation { get; private set; }

    /// <summary>Whether it is time to write the whole catalogue.</summary>
    public bool IsLong => _events >= Math.Max(FewestEvents, 2 * _groups.Count);

    /// <summary>The group with a name; <c>null</c> if there is none.</summary>
    public CataloguedGroup? Find(string group) => _groups.GetValueOrDefault(group);

    /// <summary>The event with the whole catalogue.</summary>
    public CatalogueWritten Whole() =>
        new(CatalogueWritten.CurrentFormat, node, LastIncarnation, [.. _groups.Values]);

    /// <summary>Applies the next event of the journal.</summary>
    /// <exception cref="JournalException">The node cannot go on from it.</exception>
    public void Replay(long sequenceNr, object @event)
    {
        if (Exists && sequenceNr != _lastEvent + 1)
        {
            throw new JournalException(
                $"the journal misses events between {_lastEvent} and {sequenceNr} of {persistenceId}", Advice);
        }
        if (@event is MalformedMessage malformed)
        {
            throw new JournalException(
                $"event {sequenceNr} of {persistenceId} cannot be read: {malformed.Problem}", Advice);
        }
        if (@event is not (CatalogueWritten or GroupCreated or GroupEnding or GroupEnded))
        {
            throw new JournalException(
                $"event {sequenceNr} of {persistenceId} is a {@event.GetType()}, which no catalogue of groups has: "
                + "the journal is that of something else");
        }
        if (!Exists && @event is not CatalogueWritten)
        {
            throw new JournalException(
                $"the journal of {persistenceId} begins with event {sequenceNr}, which is not the whole catalogue",
                Advice);
        }
        if (@event is CatalogueWritten whole)
            Check(sequenceNr, whole);
        _lastEvent = sequenceNr;
        Apply((IRaftMessage)@event);
    }

    /// <summary>
    /// Why the catalogue cannot be used although all events were read: the last of those that were written are gone.
    /// The catalogue would use the incarnations of former groups, and so their stores, once more. Otherwise
    /// <c>null</c>.
    /// </summary>
    /// <param name="lastSequenceNr">The number of the last event that was ever written; 0 for none.</param>
    public JournalException? WhatIsMissing(long lastSequenceNr) => lastSequenceNr == _lastEvent
        ? null
        : new JournalException($"the journal of {persistenceId} had events up to {lastSequenceNr}, and has "
            + (Exists ? $"those up to {_lastEvent}" : "none of them"), Advice);

    /// <summary>Applies an event of this process.</summary>
    public void Apply(IRaftMessage @event)
    {
        _events++;
        switch (@event)
        {
            case CatalogueWritten whole:
                (Exists, LastIncarnation, _events) = (true, whole.LastIncarnation, 0);
                _groups.Clear();
                foreach (var group in whole.Groups)
                    _groups[group.Group] = group;
                break;
            case GroupCreated { Group: var created }:
                _groups[created.Group] = created;
                LastIncarnation = Math.Max(LastIncarnation, created.Incarnation);
                break;
            case GroupEnding ending when Find(ending.Group) is { } group && group.Incarnation == ending.Incarnation:
                _groups[ending.Group] = group with { IsEnding = true };
                break;
            case GroupEnded ended when Find(ended.Group)?.Incarnation == ended.Incarnation:
                _groups.Remove(ended.Group);
                break;
        }
    }

    private void Check(long sequenceNr, CatalogueWritten whole)
    {
        if (whole.FormatVersion > CatalogueWritten.CurrentFormat)
        {
            throw new JournalException(
                $"event {sequenceNr} of {persistenceId} has format {whole.FormatVersion}; this version reads up to "
                + $"{CatalogueWritten.CurrentFormat}",
                "Run the version that wrote it, or a newer one.");
        }
        if (whole.Node != node)
        {
            throw new JournalException(
                $"the catalogue {persistenceId} belongs to node '{whole.Node}', not to '{node}'",
                "Correct raft.member-id, or name the node's own journal.");
        }
    }
}
