using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.TestActors;
using Akka.TestKit.Xunit2;
using Xunit.Sdk;

namespace RaftActors.Runtime.TestKitTests;

public sealed class ExpectSpec : TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    private sealed record Point(int X, int Y);

    [Fact]
    public void A_message_is_expected_by_its_type()
    {
        TestActor.Tell(new Point(1, 2));
        Assert.Equal(2, ExpectMsg<Point>().Y);
    }

    [Fact]
    public void A_message_of_another_type_fails()
    {
        TestActor.Tell("text");
        var failure = Assert.ThrowsAny<XunitException>(() => ExpectMsg<int>(hint: "why"));
        Assert.Contains("Expected a message of type System.Int32, but received {text} (type System.String) instead why", failure.Message);
    }

    [Fact]
    public void A_message_that_does_not_come_fails()
    {
        var failure = Assert.ThrowsAny<XunitException>(() => ExpectMsg<int>(Short, "why"));
        Assert.Contains("Timeout 00:00:00.0200000 while waiting for a message of type System.Int32 why", failure.Message);
    }

    [Fact]
    public void A_message_is_expected_by_its_value()
    {
        TestActor.Tell(new Point(1, 2));
        Assert.Equal(new Point(1, 2), ExpectMsg(new Point(1, 2)));

        TestActor.Tell(new Point(1, 2));
        Assert.ThrowsAny<XunitException>(() => ExpectMsg(new Point(1, 3)));
    }

    [Fact]
    public void Sequences_are_compared_element_by_element()
    {
        TestActor.Tell(new byte[] { 1, 2, 3 });
        ExpectMsg(new byte[] { 1, 2, 3 });

        TestActor.Tell(new byte[] { 1, 2 });
        Assert.ThrowsAny<XunitException>(() => ExpectMsg(new byte[] { 1, 2, 3 }));

        TestActor.Tell(new byte[] { 1, 2, 3 });
        Assert.ThrowsAny<XunitException>(() => ExpectMsg(new byte[] { 1, 2 }));
    }

    [Fact]
    public void A_message_with_braces_in_it_fails_with_its_text()
    {
        TestActor.Tell("{not a format}");
        var failure = Assert.ThrowsAny<XunitException>(() => ExpectMsg("{another}"));
        Assert.Contains("{not a format}", failure.Message);
    }

    [Fact]
    public void A_message_is_expected_by_a_predicate()
    {
        TestActor.Tell(5);
        Assert.Equal(5, ExpectMsg<int>(i => i > 4));

        TestActor.Tell(5);
        var failure = Assert.ThrowsAny<XunitException>(() => ExpectMsg<int>(i => i > 5, hint: "more"));
        Assert.Contains("Also expected more but the message {5} of type <System.Int32> did not match", failure.Message);
    }

    [Fact]
    public void A_message_is_expected_by_assertions()
    {
        TestActor.Tell(5);
        ExpectMsg<int>(i => Assert.Equal(5, i));

        TestActor.Tell(5);
        Assert.ThrowsAny<XunitException>(() => ExpectMsg<int>(i => Assert.Equal(6, i)));
    }

    [Fact]
    public void A_message_is_expected_with_a_comparer()
    {
        TestActor.Tell("TEXT");
        ExpectMsg("text", (a, b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase));

        TestActor.Tell("TEXT");
        Assert.ThrowsAny<XunitException>(() => ExpectMsg("text", (a, b) => a == b));
    }

    [Fact]
    public void The_sender_is_checked_too()
    {
        var probe = CreateTestProbe();
        TestActor.Tell(1, probe);
        ExpectMsg<int>((i, sender) => i == 1 && sender.Equals(probe.Ref));
        TestActor.Tell(2, probe);
        ExpectMsg<int>((i, sender) => Assert.Equal(probe.Ref, sender));
        TestActor.Tell(3, probe);
        Assert.Equal(3, ExpectMsgFrom<int>(probe));
        TestActor.Tell(4, probe);
        ExpectMsgFrom(probe, 4);
        TestActor.Tell(5, probe);
        ExpectMsgFrom<int>(probe.Ref, i => i == 5);
        TestActor.Tell(6, probe);
        ExpectMsgFrom<int>(sender => Assert.Equal(probe.Ref, sender), i => Assert.Equal(6, i));

        TestActor.Tell(7, probe);
        Assert.ThrowsAny<XunitException>(() => ExpectMsgFrom(TestActor, 7));
        TestActor.Tell(8, probe);
        Assert.ThrowsAny<XunitException>(() => ExpectMsg<int>((i, sender) => sender.Equals(TestActor)));
    }

    [Fact]
    public async Task The_asynchronous_forms_do_the_same()
    {
        TestActor.Tell(1);
        Assert.Equal(1, await ExpectMsgAsync<int>());
        TestActor.Tell(2);
        await ExpectMsgAsync(2);
        TestActor.Tell(3);
        await ExpectMsgAsync<int>(i => i == 3);
        TestActor.Tell(4);
        await ExpectMsgAsync<int>(i => Assert.Equal(4, i));
        TestActor.Tell(5, TestActor);
        await ExpectMsgFromAsync(TestActor, 5);
        await ExpectNoMsgAsync(Short);

        await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectMsgAsync<int>(Short));
        TestActor.Tell("text");
        await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectMsgAsync<int>());
    }

    [Fact]
    public async Task A_message_that_comes_later_is_waited_for()
    {
        var sent = Task.Run(() => TestActor.Tell("later"));
        ExpectMsg("later");
        await sent;

        sent = Task.Run(() => TestActor.Tell("later still"));
        await ExpectMsgAsync("later still");
        await sent;
    }

    [Fact]
    public void Nothing_is_expected()
    {
        ExpectNoMsg(Short);
        ExpectNoMsg(20);
        TestActor.Tell("something");
        var failure = Assert.ThrowsAny<XunitException>(() => ExpectNoMsg(Short));
        Assert.Contains("something", failure.Message);
    }

    [Fact]
    public void Nothing_within_no_time_looks_only_once()
    {
        ExpectNoMsg(TimeSpan.Zero);
        TestActor.Tell("something");
        Assert.ThrowsAny<XunitException>(() => ExpectNoMsg(TimeSpan.Zero));
    }

    [Fact]
    public void A_cancelled_wait_ends()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<Exception>(() => ExpectMsg<int>(TimeSpan.FromSeconds(10), cancellationToken: cancelled.Token));
    }

    [Fact]
    public void One_of_several_messages_is_expected()
    {
        TestActor.Tell(2);
        Assert.Equal(2, ExpectMsgAnyOf([1, 2, 3]));
        TestActor.Tell(4);
        Assert.ThrowsAny<XunitException>(() => ExpectMsgAnyOf([1, 2, 3]));
    }

    [Fact]
    public async Task All_of_several_messages_are_expected_in_any_order()
    {
        foreach (var i in new[] { 3, 1, 2 })
            TestActor.Tell(i);
        Assert.Equal([3, 1, 2], ExpectMsgAllOf(1, 2, 3));

        foreach (var i in new[] { 2, 1 })
            TestActor.Tell(i);
        var received = new List<int>();
        await foreach (var i in ExpectMsgAllOfAsync([1, 2]))
            received.Add(i);
        Assert.Equal([2, 1], received);

        foreach (var i in new[] { 3, 1, 1 })
            TestActor.Tell(i);
        var failure = Assert.ThrowsAny<XunitException>(() => ExpectMsgAllOf(1, 2, 3));
        Assert.Contains("not found [2]", failure.Message);
        Assert.Contains("found unexpected [1]", failure.Message);
    }

    [Fact]
    public void A_termination_is_expected()
    {
        var actor = ActorOf(BlackHoleActor.Props);
        Assert.Same(actor, Watch(actor));
        Sys.Stop(actor);
        Assert.Equal(actor, ExpectTerminated(actor).ActorRef);
    }

    [Fact]
    public async Task The_termination_of_another_actor_fails()
    {
        var actor = ActorOf(BlackHoleActor.Props);
        var other = ActorOf(BlackHoleActor.Props);
        await WatchAsync(actor);
        Sys.Stop(actor);
        await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectTerminatedAsync(other));
    }

    [Fact]
    public async Task An_actor_no_longer_watched_is_not_reported()
    {
        var actor = ActorOf(BlackHoleActor.Props);
        var witness = CreateTestProbe();
        await WatchAsync(actor);
        await witness.WatchAsync(actor);
        await UnwatchAsync(actor);
        Sys.Stop(actor);
        await witness.ExpectTerminatedAsync(actor);
        TestActor.Tell("next");
        ExpectMsg("next");
    }
}
