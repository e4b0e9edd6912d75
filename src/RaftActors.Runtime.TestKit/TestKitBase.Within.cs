using Akka.TestKit.Internal;

namespace Akka.TestKit;

// Limits how long a block may take; what waits inside it without a timeout of its own waits for the rest of that time.
public abstract partial class TestKitBase
{
    public void Within(TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, action, null, epsilonValue, cancellationToken);

    public void Within(TimeSpan min, TimeSpan max, Action action, string? hint = null, TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default) => Within(min, max, Function(action), hint, epsilonValue, cancellationToken);

    public T Within<T>(TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    public T Within<T>(TimeSpan min, TimeSpan max, Func<T> function, string? hint = null, TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var block = EnterWithin(min, max, hint);
        T result;
        try
        {
            result = function();
        }
        finally
        {
            _end = block.OuterEnd;
        }

        CheckDuration(block, epsilonValue, hint);
        return result;
    }

    public Task WithinAsync(TimeSpan max, Func<Task> actionAsync, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, actionAsync, null, epsilonValue, cancellationToken);

    public Task WithinAsync(TimeSpan min, TimeSpan max, Func<Task> actionAsync, string? hint = null, TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default) => WithinAsync(min, max, FunctionAsync(actionAsync), hint, epsilonValue, cancellationToken);

    public Task<T> WithinAsync<T>(TimeSpan max, Func<Task<T>> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    public async Task<T> WithinAsync<T>(TimeSpan min, TimeSpan max, Func<Task<T>> function, string? hint = null, TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
    {
        var block = EnterWithin(min, max, hint);
        T result;
        try
        {
            // What waits inside gives up at the end of the block by itself, and says why: let it.
            var grace = TimeSpan.FromMilliseconds(200) + (epsilonValue ?? TimeSpan.Zero);
            result = await function().WaitAsync(block.Max + grace, cancellationToken);
        }
        catch (TimeoutException) when (Now - block.Start > block.Max)
        {
            _lastWasNoMsg = false;
            result = default!;
        }
        finally
        {
            _end = block.OuterEnd;
        }

        CheckDuration(block, epsilonValue, hint);
        return result;
    }

    private WithinBlock EnterWithin(TimeSpan min, TimeSpan max, string? hint)
    {
        min.EnsureIsPositiveFinite(nameof(min));
        max = Dilated(max);
        var start = Now;
        var left = _end is { } end ? NotNegative(end - start) : max;
        _assertions.AssertTrue(_end is null || left >= min, "Required min time {0} not possible, only {1} left. {2}", min, left, hint);

        var block = new WithinBlock(start, min, max.Min(left), _end);
        _lastWasNoMsg = false;
        _end = start + block.Max;
        return block;
    }

    private void CheckDuration(WithinBlock block, TimeSpan? epsilon, string? hint)
    {
        var elapsed = Now - block.Start;
        if (elapsed < block.Min)
            _assertions.Fail("Failed: Block took {0}, should have at least been {1}. {2}", elapsed, block.Min, hint);
        if (!_lastWasNoMsg && elapsed > block.Max + (epsilon ?? TimeSpan.Zero))
            _assertions.Fail("Failed: Block took {0}, exceeding {1}. {2}", elapsed, block.Max, hint);
    }

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

    private readonly record struct WithinBlock(TimeSpan Start, TimeSpan Min, TimeSpan Max, TimeSpan? OuterEnd);
}
