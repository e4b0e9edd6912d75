using RaftActors.Membership;

namespace RaftActors.StateMachines;

/// <summary>
/// A state machine that is told to which histories of the group its entries belong. After a restore or a recovery,
/// entries have indexes that other entries had before. So whoever remembers an index outside the state machine must
/// remember the history, too.
/// </summary>
public interface IHistoryAware
{
    /// <summary>
    /// Tells that another history begins, or that the identity of the present history is known now. Called before
    /// <see cref="IStateMachine.Apply"/> of the entries after that point, and after
    /// <see cref="IStateMachine.Restore"/>. The call is the same at the same entry on every node.
    /// </summary>
    /// <param name="histories">
    /// All histories of the group up to now, oldest first; the last one is the present one.
    /// </param>
    void EnterHistory(IReadOnlyList<History> histories);
}
