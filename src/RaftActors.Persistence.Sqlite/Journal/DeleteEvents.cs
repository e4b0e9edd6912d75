using RaftActors.Persistence.Sqlite.Storage;

namespace RaftActors.Persistence.Sqlite.Journal;

/// <summary>
/// Deletes events in steps. Each step leaves what a finished deletion up to there leaves: a crash between two steps
/// deletes less, nothing else.
/// </summary>
internal sealed class DeleteEvents(string persistenceId, long toSequenceNr, Action<Exception?> finished) : DatabaseWork
{
    private const int Step = 500;

    public override bool Concerns(string id) => id == persistenceId;

    public override bool Execute(WriteStatements statements) =>
        statements.DeleteEvents(persistenceId, toSequenceNr, Step);

    protected override void Finished(Exception? failure) => finished(failure);
}
