using Akka.Event;

namespace Akka.TestKit.Internal;

/// <summary>Counts, while it lives, the events that match some filters.</summary>
internal sealed class EventCounter : IDisposable
{
    private readonly EventFilterBase[] _filters;
    private readonly SemaphoreSlim _uncounted = new(0);
    private int _matched;

    public EventCounter(EventFilterBase[] filters)
    {
        _filters = filters;
        foreach (var filter in filters)
            filter.EventMatched += OnMatched;
    }

    /// <summary>Waits for the expected number of events; if none are expected, for the one that there should not be.</summary>
    public void AwaitBeyond(int expected, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var end = TestKitBase.Now + timeout;
        for (var left = Math.Max(expected, 1); left > 0 && _uncounted.Wait(Remaining(end), cancellationToken); left--)
        {
        }
    }

    public async Task AwaitBeyondAsync(int expected, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var end = TestKitBase.Now + timeout;
        for (var left = Math.Max(expected, 1); left > 0 && await _uncounted.WaitAsync(Remaining(end), cancellationToken); left--)
        {
        }
    }

    public void Verify(int expected, TimeSpan timeout, TestKitBase testKit)
    {
        var matched = Volatile.Read(ref _matched);
        if (matched < expected)
            testKit.Fail($"Timeout ({timeout}) while waiting for messages. Only received {matched}/{expected} messages that matched filter [{Filters}]");
        if (matched > expected)
            testKit.Fail($"Received {matched - expected} too many. Expected {expected} but received {matched} that matched filter [{Filters}]");
    }

    public void Dispose()
    {
        foreach (var filter in _filters)
            filter.EventMatched -= OnMatched;
    }

    private string Filters => string.Join<EventFilterBase>(",", _filters);

    private static TimeSpan Remaining(TimeSpan end) => TimeSpan.FromTicks(Math.Max(0, (end - TestKitBase.Now).Ticks));

    private void OnMatched(EventFilterBase filter, LogEvent logEvent)
    {
        Interlocked.Increment(ref _matched);
        _uncounted.Release();
    }
}
