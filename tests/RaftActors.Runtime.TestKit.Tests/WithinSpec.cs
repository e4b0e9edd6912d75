using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit.Sdk;

namespace RaftActors.Runtime.TestKitTests;

public sealed class WithinSpec : TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_result_of_the_block_is_returned()
    {
        Assert.Equal(1, Within(Long, () => 1));
        Assert.Equal(2, Within(TimeSpan.Zero, Long, () => 2));
        Assert.Equal(3, await WithinAsync(Long, () => Task.FromResult(3)));
    }

    [Fact]
    public void What_waits_inside_has_what_is_left() => Within(TimeSpan.FromSeconds(20), () =>
    {
        Assert.InRange(Remaining, TimeSpan.FromSeconds(4), Long);
        Assert.InRange(RemainingOrDefault, TimeSpan.FromSeconds(4), Long);
    });

    [Fact]
    public void Outside_nothing_is_left()
    {
        Within(Long, () => { });
        Assert.Throws<InvalidOperationException>(() => Remaining);
        Assert.Equal(TimeSpan.FromSeconds(3), RemainingOrDefault);
    }

    [Fact]
    public void An_inner_block_is_limited_by_the_outer_one() => Within(Long, () =>
    {
        Within(Long + Long, () => Assert.InRange(Remaining, TimeSpan.Zero, Long));
        Assert.ThrowsAny<XunitException>(() => Within(Long + Long, Long + Long + Long, () => { }));
    });

    [Fact]
    public void A_wait_inside_ends_with_the_block() => Assert.ThrowsAny<XunitException>(() => Within(Short, () => ExpectMsg<int>()));

    [Fact]
    public async Task An_asynchronous_wait_inside_ends_with_the_block() =>
        await Assert.ThrowsAnyAsync<Exception>(() => WithinAsync(Short, async () => await ExpectMsgAsync<int>()));

    [Fact]
    public async Task A_block_that_never_ends_fails() =>
        await Assert.ThrowsAnyAsync<XunitException>(() => WithinAsync(Short, () => new TaskCompletionSource().Task));

    [Fact]
    public void A_block_that_ends_too_early_fails() =>
        Assert.ThrowsAny<XunitException>(() => Within(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), () => { }));

    [Fact]
    public void A_failure_inside_is_that_of_the_block()
    {
        Assert.Throws<NotSupportedException>(() => Within(Long, () => throw new NotSupportedException()));
        Assert.Throws<InvalidOperationException>(() => Remaining);
    }

    [Fact]
    public void A_negative_limit_is_refused() => Assert.Throws<ArgumentException>(() => Within(TimeSpan.FromSeconds(-1), () => { }));
}
