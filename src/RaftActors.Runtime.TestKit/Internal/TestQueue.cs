using System.Collections.Concurrent;

namespace Akka.TestKit.Internal;

/// <summary>What a test actor received and the spec did not look at yet. Any thread adds; one spec at a time takes.</summary>
internal sealed class TestQueue
{
    private readonly ConcurrentQueue<MessageEnvelope> _messages = new();
    private readonly SemaphoreSlim _available = new(0);

    public bool IsEmpty => _messages.IsEmpty;

    public void Add(MessageEnvelope message)
    {
        _messages.Enqueue(message);
        _available.Release();
    }

    /// <summary>Waits up to the timeout: not at all if it is zero or negative, for ever if it is <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public MessageEnvelope? Take(TimeSpan timeout, CancellationToken cancellationToken) =>
        _available.Wait(Waitable(timeout), cancellationToken) ? Dequeue() : null;

    public async ValueTask<MessageEnvelope?> TakeAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        await _available.WaitAsync(Waitable(timeout), cancellationToken) ? Dequeue() : null;

    /// <summary>As <see cref="Take"/>, but leaves the message where it is.</summary>
    public MessageEnvelope? Peek(TimeSpan timeout, CancellationToken cancellationToken) =>
        _available.Wait(Waitable(timeout), cancellationToken) ? First() : null;

    public async ValueTask<MessageEnvelope?> PeekAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        await _available.WaitAsync(Waitable(timeout), cancellationToken) ? First() : null;

    private MessageEnvelope Dequeue() => _messages.TryDequeue(out var message) ? message : throw Raced();

    private MessageEnvelope First()
    {
        _available.Release();
        return _messages.TryPeek(out var message) ? message : throw Raced();
    }

    private static TimeSpan Waitable(TimeSpan timeout) =>
        timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : timeout;

    private static InvalidOperationException Raced() => new("Two threads of one spec take from the same test actor.");
}
