using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit.Sdk;

namespace RaftActors.Runtime.TestKitTests;

public sealed class AwaitSpec : TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_condition_is_checked_until_it_holds()
    {
        var checks = 0;
        AwaitCondition(() => ++checks == 3, TimeSpan.FromSeconds(10), Pause);
        Assert.Equal(3, checks);
        AwaitCondition(() => true);
        AwaitCondition(() => true, null);
        AwaitCondition(() => true, null, "why");
    }

    [Fact]
    public void A_condition_that_never_holds_fails()
    {
        var failure = Assert.ThrowsAny<XunitException>(() => AwaitCondition(() => false, Short, "why"));
        Assert.Contains("while waiting for condition.why", failure.Message);
        Assert.False(AwaitConditionNoThrow(() => false, Short));
        Assert.True(AwaitConditionNoThrow(() => true, Short));
    }

    [Fact]
    public async Task A_condition_is_checked_asynchronously()
    {
        var checks = 0;
        await AwaitConditionAsync(() => ++checks == 3, TimeSpan.FromSeconds(10), Pause);
        await AwaitConditionAsync(async () =>
        {
            await Task.Yield();
            return ++checks == 6;
        }, TimeSpan.FromSeconds(10), Pause);
        Assert.Equal(6, checks);
        await Assert.ThrowsAnyAsync<XunitException>(() => AwaitConditionAsync(() => false, Short, Pause));
        Assert.False(await AwaitConditionNoThrowAsync(() => false, Short));
    }

    [Fact]
    public void An_assertion_is_repeated_until_it_passes()
    {
        var attempts = 0;
        AwaitAssert(() => Assert.Equal(3, ++attempts), TimeSpan.FromSeconds(10), Pause);
        Assert.Equal(3, attempts);
    }

    [Fact]
    public void An_assertion_that_never_passes_fails_as_itself() =>
        Assert.Throws<NotSupportedException>(() => AwaitAssert(() => throw new NotSupportedException(), Short, Pause));

    [Fact]
    public async Task An_assertion_is_repeated_asynchronously()
    {
        var attempts = 0;
        await AwaitAssertAsync(() => Assert.Equal(3, ++attempts), TimeSpan.FromSeconds(10), Pause);
        await AwaitAssertAsync(async () =>
        {
            await Task.Yield();
            Assert.Equal(6, ++attempts);
        }, TimeSpan.FromSeconds(10), Pause);
        await Assert.ThrowsAsync<NotSupportedException>(() => AwaitAssertAsync(() => throw new NotSupportedException(), Short, Pause));
    }

    [Fact]
    public async Task A_cancelled_wait_ends()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => AwaitAssertAsync(() => Assert.Fail("never"), TimeSpan.FromSeconds(10), cancellationToken: cancelled.Token));
    }
}
