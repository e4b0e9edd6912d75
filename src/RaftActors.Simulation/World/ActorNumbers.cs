using Akka.Actor;
using Akka.Dispatch;

namespace RaftActors.Simulation.World;

/// <summary>
/// Numbers the actors of a process as they are made. Akka.NET keeps the children of an actor in the order of randomised string hashes, so that what becomes ready at once comes in an order
/// that differs from process to process: the numbers give one that does not.
/// </summary>
internal sealed class ActorNumbers
{
    private readonly Dictionary<IRunnable, (int Number, bool IsStateMachine)> _mailboxes = new(ReferenceEqualityComparer.Instance);
    private int _last;

    /// <summary>An actor was made.</summary>
    public void Add(ActorCell cell) => _mailboxes.Add(cell.Mailbox!, (++_last, cell.Self.Path.Name.StartsWith("state-machine", StringComparison.Ordinal)));

    /// <summary>An actor has ended.</summary>
    public void Remove(ActorCell cell) => _mailboxes.Remove(cell.Mailbox!);

    /// <summary>The number of the actor whose turn it is to be; work that is no actor's gets a new one.</summary>
    public int Of(IRunnable work) => _mailboxes.TryGetValue(work, out var actor) ? actor.Number : ++_last;

    /// <summary>Whether the actor whose turn it is to be runs a state machine.</summary>
    public bool IsStateMachine(IRunnable work) => _mailboxes.TryGetValue(work, out var actor) && actor.IsStateMachine;
}
