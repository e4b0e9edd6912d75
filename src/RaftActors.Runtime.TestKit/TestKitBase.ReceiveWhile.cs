using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>
    /// Takes messages, and returns what the filter makes of them, until the filter answers null for one (which stays), none comes for
    /// <paramref name="idle"/>, <paramref name="max"/> is over or there are enough.
    /// </summary>
    public IReadOnlyList<T> ReceiveWhile<T>(Func<object, T?> filter, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue,
        CancellationToken cancellationToken = default)
    {
        var results = new List<T>();
        TakeWhile(Accept, () => results.Count < msgs, max, idle, cancellationToken);
        return results;

        bool Accept(object message)
        {
            if (filter(message) is not { } result)
                return false;
            results.Add(result);
            return true;
        }
    }

    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        ReceiveWhile(filter, max, null, msgs, cancellationToken);

    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, TimeSpan? idle, Func<object, T?> filter, int msgs = int.MaxValue,
        CancellationToken cancellationToken = default) => ReceiveWhile(filter, max, idle, msgs, cancellationToken);

    /// <summary>Takes messages of a type as long as they satisfy the predicate; those of other types are dropped, or else end it.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(Predicate<T> shouldContinue, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue,
        bool shouldIgnoreOtherMessageTypes = true, CancellationToken cancellationToken = default)
    {
        var results = new List<T>();
        TakeWhile(Accept, () => results.Count < msgs, max, idle, cancellationToken);
        return results;

        bool Accept(object message)
        {
            if (message is not T typed)
                return shouldIgnoreOtherMessageTypes;
            if (!shouldContinue(typed))
                return false;
            results.Add(typed);
            return true;
        }
    }

    private void TakeWhile(Predicate<object> accept, Func<bool> wantsMore, TimeSpan? max, TimeSpan? idle, CancellationToken cancellationToken)
    {
        var end = Now + RemainingOrDilated(max);
        MessageEnvelope last = NullMessageEnvelope.Instance;
        while (wantsMore() && TryPeekOne(out var next, NotNegative(end - Now).Min(idle), cancellationToken) && accept(next.Message))
        {
            TryReceiveOne(out last, TimeSpan.Zero, cancellationToken);
        }

        _lastMessage = last;
        _lastWasNoMsg = true;
    }
}
