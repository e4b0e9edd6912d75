using System.Collections;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit.Sdk;

namespace RaftActors.Runtime.TestKitTests;

public sealed class ReceiveSpec : TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void One_message_is_taken_or_none()
    {
        Assert.False(HasMessages);
        Assert.Null(ReceiveOne(TimeSpan.Zero));
        Assert.Null(ReceiveOne(Short));
        TellAll(1, 2);
        Assert.True(HasMessages);
        Assert.Equal(1, ReceiveOne(TimeSpan.Zero));
        Assert.Equal(2, ReceiveOne());
        Assert.False(HasMessages);
    }

    [Fact]
    public async Task One_message_is_taken_asynchronously()
    {
        TellAll(1);
        Assert.Equal(1, await ReceiveOneAsync());
        Assert.Null(await ReceiveOneAsync(TimeSpan.Zero));
    }

    [Fact]
    public void What_was_taken_last_and_from_whom_is_known()
    {
        var probe = CreateTestProbe();
        TestActor.Tell(1, probe);
        Assert.True(TryReceiveOne(out var envelope));
        Assert.Equal(1, envelope.Message);
        Assert.Equal(probe.Ref, envelope.Sender);
        Assert.Equal(1, LastMessage);
        Assert.Equal(probe.Ref, LastSender);
    }

    [Fact]
    public void After_nothing_was_taken_there_is_no_last_message()
    {
        Assert.False(TryReceiveOne(out _, TimeSpan.Zero));
        Assert.Throws<IllegalActorStateException>(() => LastMessage);
        Assert.Throws<IllegalActorStateException>(() => LastSender);
    }

    [Fact]
    public void Peeking_leaves_the_message_where_it_is()
    {
        Assert.Null(PeekOne(TimeSpan.Zero));
        TellAll(1);
        Assert.Equal(1, PeekOne(TimeSpan.Zero));
        Assert.Equal(1, PeekOne(TimeSpan.FromSeconds(3)));
        ExpectMsg(1);
        Assert.Null(PeekOne(TimeSpan.Zero));
    }

    [Fact]
    public async Task Several_messages_are_taken()
    {
        TellAll(1, 2, 3, 4, 5, 6);
        Assert.Equal([1, 2], ReceiveN(2));
        Assert.Equal([3, 4], ReceiveN(2, TimeSpan.FromSeconds(3)));
        var received = new List<object>();
        await foreach (var message in ReceiveNAsync(2))
            received.Add(message);
        Assert.Equal([5, 6], received);
    }

    [Fact]
    public void Fewer_messages_than_wanted_fail()
    {
        TellAll(1);
        Assert.ThrowsAny<XunitException>(() => ReceiveN(2, Short));
    }

    [Fact]
    public async Task Fishing_drops_what_is_not_wanted()
    {
        TellAll(1, "two", 3, 4, "five", 6);
        Assert.Equal(3, FishForMessage<int>(i => i > 1));
        var others = new ArrayList { "cleared" };
        Assert.Equal(6, FishForMessage<int>(i => i > 4, others));
        Assert.Equal(new object[] { 4, "five" }, others.ToArray());
        TellAll("a", "b");
        Assert.Equal("b", await FishForMessageAsync(m => m is "b"));
    }

    [Fact]
    public void Fishing_in_vain_fails()
    {
        TellAll(1, 2);
        var failure = Assert.ThrowsAny<XunitException>(() => FishForMessage(m => m is 3, Short, "three"));
        Assert.Contains("hint: three", failure.Message);
    }

    [Fact]
    public void Messages_are_taken_while_a_filter_wants_them()
    {
        TellAll(1, 2, 3, "stop", 4);
        Assert.Equal([10, 20, 30], ReceiveWhile(m => m is int i ? (int?)(i * 10) : null));
        Assert.Equal(3, LastMessage);
        ExpectMsg("stop");
        ExpectMsg(4);
    }

    [Fact]
    public void Messages_are_taken_while_they_satisfy_a_predicate()
    {
        TellAll(1, "other", 2, 3);
        Assert.Equal([1, 2], ReceiveWhile<int>(i => i < 3));
        ExpectMsg(3);

        TellAll(1, "other", 2);
        Assert.Equal([1], ReceiveWhile<int>(i => i < 3, shouldIgnoreOtherMessageTypes: false));
        ExpectMsg("other");
        ExpectMsg(2);
    }

    [Fact]
    public void Messages_are_taken_until_there_are_enough_or_none_comes()
    {
        TellAll(1, 2, 3);
        Assert.Equal([1, 2], ReceiveWhile<int>(_ => true, msgs: 2));
        Assert.Equal([3], ReceiveWhile<int>(_ => true, idle: Short));
        Assert.Empty(ReceiveWhile<int>(_ => true, max: Short));
    }

    [Fact]
    public async Task Silence_is_waited_for()
    {
        TellAll(1, 2);
        Assert.Equal(new object[] { 1, 2 }, (await WaitForRadioSilenceAsync(Short)).ToArray());
        TellAll(1, 2);
        await Assert.ThrowsAnyAsync<XunitException>(() => WaitForRadioSilenceAsync(Short, 1));
    }

    [Fact]
    public void Ignored_messages_are_not_seen()
    {
        IgnoreMessages(m => m is int and > 1);
        TellAll(1, 2, "text");
        ExpectMsg(1);
        ExpectMsg("text");

        IgnoreMessages<string>();
        TellAll("text", 2);
        ExpectMsg(2);

        IgnoreMessages<int>(i => i == 2);
        TellAll(2, 3);
        ExpectMsg(3);

        IgnoreNoMessages();
        TellAll(2);
        ExpectMsg(2);
    }

    private void TellAll(params object[] messages)
    {
        foreach (var message in messages)
            TestActor.Tell(message);
    }
}
