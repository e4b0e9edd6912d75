using Akka.Actor;
using Akka.TestKit.TestEvent;

namespace Akka.TestKit.Internal;

internal sealed class EventFilterApplier : IEventFilterApplier
{
    private readonly TestKitBase _testKit;
    private readonly ActorSystem _system;
    private readonly EventFilterBase[] _filters;

    public EventFilterApplier(TestKitBase testKit, ActorSystem system, EventFilterBase[] filters)
    {
        _testKit = testKit;
        _system = system;
        _filters = filters;
    }

    public EventFilterFactory And => new(_testKit, _system, _filters);

    public void ExpectOne(Action action, CancellationToken cancellationToken = default) => Intercept(1, null, Function(action), cancellationToken);

    public void ExpectOne(TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Intercept(1, timeout, Function(action), cancellationToken);

    public T ExpectOne<T>(Func<T> func, CancellationToken cancellationToken = default) => Intercept(1, null, func, cancellationToken);

    public T ExpectOne<T>(TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) => Intercept(1, timeout, func, cancellationToken);

    public Task ExpectOneAsync(Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        InterceptAsync(1, null, FunctionAsync(actionAsync), cancellationToken);

    public Task ExpectOneAsync(TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        InterceptAsync(1, timeout, FunctionAsync(action), cancellationToken);

    public Task<T> ExpectOneAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default) => InterceptAsync(1, null, func, cancellationToken);

    public Task<T> ExpectOneAsync<T>(TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        InterceptAsync(1, timeout, func, cancellationToken);

    public void Expect(int expectedCount, Action action, CancellationToken cancellationToken = default) =>
        Intercept(expectedCount, null, Function(action), cancellationToken);

    public void Expect(int expectedCount, TimeSpan timeout, Action action, CancellationToken cancellationToken = default) =>
        Intercept(expectedCount, timeout, Function(action), cancellationToken);

    public T Expect<T>(int expectedCount, Func<T> func, CancellationToken cancellationToken = default) =>
        Intercept(expectedCount, null, func, cancellationToken);

    public T Expect<T>(int expectedCount, TimeSpan timeout, Func<T> func, CancellationToken cancellationToken = default) =>
        Intercept(expectedCount, timeout, func, cancellationToken);

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, CancellationToken cancellationToken = default) =>
        InterceptAsync(expectedCount, null, FunctionAsync(actionAsync), cancellationToken);

    public Task ExpectAsync(int expectedCount, Func<Task> actionAsync, TimeSpan? timeout, CancellationToken cancellationToken = default) =>
        InterceptAsync(expectedCount, timeout, FunctionAsync(actionAsync), cancellationToken);

    public Task ExpectAsync(int expectedCount, TimeSpan timeout, Func<Task> action, CancellationToken cancellationToken = default) =>
        InterceptAsync(expectedCount, timeout, FunctionAsync(action), cancellationToken);

    public Task<T> ExpectAsync<T>(int expectedCount, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        InterceptAsync(expectedCount, null, func, cancellationToken);

    public Task<T> ExpectAsync<T>(int expectedCount, TimeSpan timeout, Func<Task<T>> func, CancellationToken cancellationToken = default) =>
        InterceptAsync(expectedCount, timeout, func, cancellationToken);

    public void Mute(Action action, CancellationToken cancellationToken = default) => Intercept(null, null, Function(action), cancellationToken);

    public T Mute<T>(Func<T> func, CancellationToken cancellationToken = default) => Intercept(null, null, func, cancellationToken);

    public Task MuteAsync(Func<Task> action, CancellationToken cancellationToken = default) =>
        InterceptAsync(null, null, FunctionAsync(action), cancellationToken);

    public Task<T> MuteAsync<T>(Func<Task<T>> func, CancellationToken cancellationToken = default) => InterceptAsync(null, null, func, cancellationToken);

    public IUnmutableFilter Mute() => new MutedFilters(_system, _filters);

    private T Intercept<T>(int? expected, TimeSpan? timeout, Func<T> func, CancellationToken cancellationToken)
    {
        using var muted = Mute();
        using var matches = new EventCounter(_filters);
        var result = func();
        if (expected is { } count)
        {
            matches.AwaitBeyond(count, Leeway(timeout), cancellationToken);
            matches.Verify(count, Leeway(timeout), _testKit);
        }

        return result;
    }

    private async Task<T> InterceptAsync<T>(int? expected, TimeSpan? timeout, Func<Task<T>> func, CancellationToken cancellationToken)
    {
        using var muted = Mute();
        using var matches = new EventCounter(_filters);
        var result = await func();
        if (expected is { } count)
        {
            await matches.AwaitBeyondAsync(count, Leeway(timeout), cancellationToken);
            matches.Verify(count, Leeway(timeout), _testKit);
        }

        return result;
    }

    private TimeSpan Leeway(TimeSpan? timeout) => timeout is { } given ? _testKit.Dilated(given) : _testKit.TestKitSettings.TestEventFilterLeeway;

    private static Func<bool> Function(Action action) => () =>
    {
        action();
        return true;
    };

    private static Func<Task<bool>> FunctionAsync(Func<Task> action) => async () =>
    {
        await action();
        return true;
    };

    private sealed class MutedFilters : IUnmutableFilter
    {
        private readonly ActorSystem _system;
        private readonly EventFilterBase[] _filters;
        private int _unmuted;

        public MutedFilters(ActorSystem system, EventFilterBase[] filters)
        {
            _system = system;
            _filters = filters;
            system.EventStream.Publish(new Mute(filters));
        }

        public void Unmute()
        {
            if (Interlocked.Exchange(ref _unmuted, 1) == 0)
                _system.EventStream.Publish(new Unmute(_filters));
        }

        public void Dispose() => Unmute();
    }
}
