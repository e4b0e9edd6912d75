using Akka.Actor;

namespace RaftActors.Groups;

/// <summary>
/// Bounds how many peers recover at the same time. The others wait, in their order.
/// Belongs to one actor, which watches those that ask.
/// </summary>
/// <param name="most">How many may at a time.</param>
internal sealed class Permits(int most)
{
    private readonly HashSet<IActorRef> _holders = [];
    private readonly LinkedList<IActorRef> _waiting = [];

    /// <summary>Called when an actor asks for a permit. It is told <see cref="Granted"/> when its turn comes.</summary>
    public void Request(IActorRef asker)
    {
        _waiting.AddLast(asker);
        Grant();
    }

    /// <summary>Called when an actor needs its permit no more, or has ended.</summary>
    public void Return(IActorRef holder)
    {
        if (_holders.Remove(holder))
            Grant();
        else if (_waiting.Count > 0)
            _waiting.Remove(holder);
    }

    private void Grant()
    {
        while (_holders.Count < most && _waiting.First is { Value: var next })
        {
            _waiting.RemoveFirst();
            _holders.Add(next);
            next.Tell(Granted.Instance);
        }
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
