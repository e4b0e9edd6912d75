using Akka.TestKit.Internal;

namespace Akka.TestKit;

// Looks again and again until what it looks at is as it should be.
public abstract partial class TestKitBase
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, null, null, null, cancellationToken);

    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, null, cancellationToken);

    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, string? message, CancellationToken cancellationToken = default) =>
        AwaitCondition(conditionIsFulfilled, max, null, message, cancellationToken);

    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null,
        CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        var fulfilled = Poll(conditionIsFulfilled, limit, interval ?? PauseWithin(limit), cancellationToken);
        _assertions.AssertTrue(fulfilled, "Timeout {0} expired while waiting for condition.{1}", limit, message);
    }

    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max, string? message, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken);

    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null,
        CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(() => Task.FromResult(conditionIsFulfilled()), max, interval, message, cancellationToken);

    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, null, null, null, cancellationToken);

    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, null, cancellationToken);

    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, string? message, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, null, message, cancellationToken);

    public async Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, TimeSpan? interval, string? message = null,
        CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(max);
        var fulfilled = await PollAsync(conditionIsFulfilled, limit, interval ?? PauseWithin(limit), cancellationToken);
        _assertions.AssertTrue(fulfilled, "Timeout {0} expired while waiting for condition.{1}", limit, message);
    }

    public bool AwaitConditionNoThrow(Func<bool> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null,
        CancellationToken cancellationToken = default) => Poll(conditionIsFulfilled, max, interval ?? PauseWithin(max), cancellationToken);

    public Task<bool> AwaitConditionNoThrowAsync(Func<bool> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null,
        CancellationToken cancellationToken = default) =>
        AwaitConditionNoThrowAsync(() => Task.FromResult(conditionIsFulfilled()), max, interval, cancellationToken);

    public Task<bool> AwaitConditionNoThrowAsync(Func<Task<bool>> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null,
        CancellationToken cancellationToken = default) => PollAsync(conditionIsFulfilled, max, interval ?? PauseWithin(max), cancellationToken);

    /// <summary>Repeats the assertion until it passes; fails as its last attempt did.</summary>
    public void AwaitAssert(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(duration);
        if (!Poll(Passes, limit, interval ?? PauseWithin(limit), cancellationToken))
            assertion();

        bool Passes()
        {
            try
            {
                assertion();
                return true;
            }
            catch (Exception)
            {
                return false;
            }
        }
    }

    public Task AwaitAssertAsync(Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertAsync(Asynchronous(assertion), duration, interval, cancellationToken);

    public async Task AwaitAssertAsync(Func<Task> assertion, TimeSpan? duration = null, TimeSpan? interval = null,
        CancellationToken cancellationToken = default)
    {
        var limit = RemainingOrDilated(duration);
        if (!await PollAsync(PassesAsync, limit, interval ?? PauseWithin(limit), cancellationToken))
            await assertion();

        async Task<bool> PassesAsync()
        {
            try
            {
                await assertion();
                return true;
            }
            catch (Exception)
            {
                return false;
            }
        }
    }

    private static bool Poll(Func<bool> condition, TimeSpan max, TimeSpan interval, CancellationToken cancellationToken)
    {
        max.EnsureIsPositiveFinite(nameof(max));
        for (var end = Now + max; !condition();)
        {
            if (Now >= end)
                return false;
            cancellationToken.WaitHandle.WaitOne(NotNegative(end - Now).Min(interval));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return true;
    }

    private static async Task<bool> PollAsync(Func<Task<bool>> condition, TimeSpan max, TimeSpan interval, CancellationToken cancellationToken)
    {
        max.EnsureIsPositiveFinite(nameof(max));
        for (var end = Now + max; !await condition();)
        {
            if (Now >= end)
                return false;
            await Task.Delay(NotNegative(end - Now).Min(interval), cancellationToken);
        }

        return true;
    }

    private static TimeSpan PauseWithin(TimeSpan max) => (max / 10).Min(LongestPause);

    private static Func<Task> Asynchronous(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };
}
