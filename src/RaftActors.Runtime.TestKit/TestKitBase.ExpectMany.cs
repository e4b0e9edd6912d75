using System.Runtime.CompilerServices;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next message must equal one of these.</summary>
    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDefault;
        return AnyOf(ReceiveOne(limit, cancellationToken), messages, limit);
    }

    public async ValueTask<T> ExpectMsgAnyOfAsync<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDefault;
        return AnyOf(await ReceiveOneAsync(limit, cancellationToken), messages, limit);
    }

    /// <summary>The next messages must be these, in any order; returns them as they came.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages) => ExpectMsgAllOf((IReadOnlyCollection<T>)messages);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, params T[] messages) => ExpectMsgAllOf(max, (IReadOnlyCollection<T>)messages);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        AllOf(ReceiveAll(messages.Count, RemainingOrDefault, cancellationToken), messages);

    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        AllOf(ReceiveAll(messages.Count, Dilated(max), cancellationToken), messages);

    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        AllOfAsync(RemainingOrDefault, messages, cancellationToken);

    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        AllOfAsync(Dilated(max), messages, cancellationToken);

    private T AnyOf<T>(object? message, IEnumerable<T> expected, TimeSpan limit)
    {
        _assertions.AssertTrue(message != null, "Timeout {0} while waiting for any of ({1})", limit, string.Join(",", expected));
        _assertions.AssertTrue(message is T typed && expected.Contains(typed), "ExpectMsgAnyOf found unexpected {0}", message);
        return (T)message!;
    }

    private async IAsyncEnumerable<T> AllOfAsync<T>(TimeSpan max, IReadOnlyCollection<T> expected,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var received = new List<object>(expected.Count);
        await foreach (var message in ReceiveAllAsync(expected.Count, max, cancellationToken))
            received.Add(message);
        foreach (var message in AllOf(received, expected))
            yield return message;
    }

    private List<T> AllOf<T>(List<object> received, IReadOnlyCollection<T> expected)
    {
        var missing = expected.ToList();
        var unexpected = received.Where(message => message is not T typed || !missing.Remove(typed)).ToList();
        if (missing.Count + unexpected.Count > 0)
            _assertions.Fail("not found [{0}], found unexpected [{1}]", string.Join(", ", missing), string.Join(", ", unexpected));
        return received.Cast<T>().ToList();
    }
}
