using RaftActors.Membership;

namespace RaftActors.StateMachines;

/// <summary>
/// A state machine that is told to which histories of the group its entries belong. After a restore or a recovery,
/// entries may have indexes that other entries had before. So code that remembers an index outside the state machine
/// must remember the history, too.
/// </summary>
public interface IHistoryAware
{
    /// <summary>
    /// Called when a new history begins, or when the identity of the present history becomes known. The call comes
    /// before <see cref="IStateMachine.Apply"/> of the entries after that point, and after
    /// <see cref="IStateMachine.Restore"/>. It is the same at the same entry on every node.
    /// </summary>
    /// <param name="histories">
    /// All histories of the group so far, oldest first. The last one is the present history.
    /// </param>
    void EnterHistory(IReadOnlyList<History> histories);
}
