using RaftActors.Protocol;
using RaftActors.Simulation.Checks;
using RaftActors.TestKit.Journals;

namespace RaftActors.Simulation.World;

/// <summary>A disk that is in no machine.</summary>
internal sealed class OtherDisk
{
    private readonly RaftSerializer _serializer = new(null!);

    /// <summary>Whether nothing was ever stored on it before it was put in.</summary>
    public bool IsNew { get; init; }

    /// <summary>What is stored.</summary>
    public InMemoryStore Store { get; } = new();

    /// <summary>The contents according to the events.</summary>
    public DurableState Durable { get; set; } = new();

    /// <summary>Writes the next event of a peer.</summary>
    public void Write(string persistenceId, IRaftMessage @event)
    {
        var stream = Store.Stream(persistenceId);
        stream.Append(stream.HighestSequenceNr + 1, Stored(@event), "", "past");
        Durable.Written(@event);
    }

    /// <summary>Saves a snapshot, or a part of one.</summary>
    public void Save(string persistenceId, long sequenceNr, DateTimeOffset time, IRaftMessage snapshot) =>
        Store.Stream(persistenceId).SaveSnapshot(sequenceNr, time.UtcDateTime, Stored(snapshot));

    private StoredObject Stored(IRaftMessage value) =>
        new(_serializer.ToBinary(value), _serializer.Identifier, _serializer.Manifest(value));
}
