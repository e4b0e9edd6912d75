using RaftActors.Membership;

namespace RaftActors.StateMachines;

/// <summary>
/// A state machine that is told who the members of its group are. It is told in the order of the log, so the state may
/// depend on the members.
/// </summary>
public interface IConfigurationAware
{
    /// <summary>
    /// Called when a committed configuration is applied: after <see cref="IStateMachine.Apply"/> of the entries before
    /// the configuration, and before that of the entries after it. After <see cref="IStateMachine.Restore"/> it is
    /// called with the configuration of the snapshot. It is the same at the same entry on every node. An exception
    /// restarts the state machine, as one from <see cref="IStateMachine.Apply"/> does.
    /// </summary>
    /// <param name="configuration">The configuration.</param>
    void ConfigurationApplied(AppliedConfiguration configuration);
}

/// <summary>The members of a group according to a committed entry of the log.</summary>
/// <remarks>
/// A group also records with such an entry to which store a member is bound, or where a member is. So two
/// configurations in a row may have the same members.
/// </remarks>
/// <param name="Index">The index of the entry.</param>
/// <param name="Voters">The voters; the new voters while a change is under way. Ordered by id.</param>
/// <param name="Learners">The members that get the log and have no vote. Ordered by id.</param>
/// <param name="FormerVoters">
/// While a change of the voters is under way, the voters before the change, which have to agree, too. Otherwise empty.
/// </param>
public sealed record AppliedConfiguration(
    long Index, IReadOnlyList<Member> Voters, IReadOnlyList<Member> Learners, IReadOnlyList<Member> FormerVoters);
