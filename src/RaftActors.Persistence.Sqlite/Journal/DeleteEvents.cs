using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Journal;

/// <summary>
/// Deletes events in steps. After each step the journal is as if a deletion up to that event had finished. So a crash
/// between two steps only means that fewer events are deleted.
/// </summary>
internal sealed class DeleteEvents(string persistenceId, long toSequenceNr, Action<Exception?> finished) : DatabaseWork
{
    private const int Step = 500;

    public override bool Concerns(string id) => id == persistenceId;

    public override bool Execute(WriteStatements statements) =>
        statements.DeleteEvents(persistenceId, toSequenceNr, Step);

    protected override void Finished(Exception? failure) => finished(failure);
}
