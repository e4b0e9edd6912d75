using Akka.Actor;

namespace RaftActors.Groups;

/// <summary>
/// Bounds how many peers do something at the same time: recover, or take a snapshot. The others wait, in their order.
/// Any thread may use it. Whoever asks gives the permit back when it ends, or an actor that watches it does.
/// </summary>
/// <param name="most">How many may at a time.</param>
internal sealed class Permits(int most)
{
    private readonly HashSet<IActorRef> _holders = [];
    private readonly LinkedList<IActorRef> _waiting = [];

    /// <summary>Called when an actor asks for a permit. It is told <see cref="Granted"/> when its turn comes.</summary>
    public void Request(IActorRef asker)
    {
        if (TryTake(asker))
            asker.Tell(Granted.Instance);
    }

    /// <summary>
    /// Takes a permit for an actor if one is free. Otherwise the actor is told <see cref="Granted"/> when its turn
    /// comes.
    /// </summary>
    /// <returns>Whether the actor has the permit at once.</returns>
    public bool TryTake(IActorRef asker)
    {
        lock (_holders)
        {
            // Nobody waits while a permit is free.
            if (_holders.Count < most)
                return _holders.Add(asker);
            _waiting.AddLast(asker);
            return false;
        }
    }

    /// <summary>Called when an actor needs its permit no more, or has ended.</summary>
    public void Return(IActorRef holder)
    {
        IActorRef next;
        lock (_holders)
        {
            if (!_holders.Remove(holder))
            {
                _waiting.Remove(holder);
                return;
            }
            if (_waiting.First is not { Value: var first })
                return;
            _waiting.RemoveFirst();
            _holders.Add(next = first);
        }
        next.Tell(Granted.Instance);
    }

    /// <summary>Asks for a permit.</summary>
    internal sealed record Requested : INoSerializationVerificationNeeded
    {
        public static readonly Requested Instance = new();
    }

    /// <summary>Gives a permit.</summary>
    internal sealed record Granted : INoSerializationVerificationNeeded
    {
        public static readonly Granted Instance = new();
    }

    /// <summary>Gives a permit back.</summary>
    internal sealed record Returned : INoSerializationVerificationNeeded
    {
        public static readonly Returned Instance = new();
    }
}
