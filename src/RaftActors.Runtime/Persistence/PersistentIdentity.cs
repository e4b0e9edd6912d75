using Akka.Actor;

namespace Akka.Persistence;

public interface IPersistentIdentity
{
    string PersistenceId { get; }

    string? JournalPluginId { get; }

    string? SnapshotPluginId { get; }
}

public interface ISnapshotter
{
    string SnapshotterId { get; }

    long SnapshotSequenceNr { get; }

    void LoadSnapshot(string persistenceId, SnapshotSelectionCriteria criteria, long toSequenceNr);

    void SaveSnapshot(object snapshot);

    void DeleteSnapshot(long sequenceNr);

    void DeleteSnapshots(SnapshotSelectionCriteria criteria);
}

public interface IPersistenceRecovery
{
    Recovery Recovery { get; }
}

public interface IPersistenceStash : IWithUnboundedStash
{
    IStashOverflowStrategy InternalStashOverflowStrategy { get; }
}
