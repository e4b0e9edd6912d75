using RaftActors.Membership;

namespace RaftActors.StateMachines;

/// <summary>
/// A state machine that is told of which histories of the group its entries are. After a restore or a recover entries have
/// indexes that other entries had before: who remembers an index outside the state machine has to remember the history, too.
/// </summary>
public interface IHistoryAware
{
    /// <summary>
    /// Another history begins, or the identity of the present one is known now. Called before <see cref="IStateMachine.Apply"/> of
    /// the entries behind it, and after <see cref="IStateMachine.Restore"/>: the same at the same entry on every node.
    /// </summary>
    /// <param name="histories">All histories of the group up to now, oldest first; the last one is the present one.</param>
    void EnterHistory(IReadOnlyList<History> histories);
}
