using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class EventStreamSpec : TestKit
{
    private interface IEvent
    {
    }

    private record Base(int Number) : IEvent;

    private sealed record Derived(int Number) : Base(Number);

    private sealed record Other : IEvent;

    [Fact]
    public void Subscribers_of_a_type_get_its_events_and_those_of_derived_types()
    {
        var exact = Subscribed(typeof(Derived));
        var toBase = Subscribed(typeof(Base));
        var toInterface = Subscribed(typeof(IEvent));
        var toAll = Subscribed(typeof(object));
        Publish(new Derived(1), new Base(2), new Other());

        Assert.Equal([new Derived(1)], exact.ReceiveN(1));
        Assert.Equal([new Derived(1), new Base(2)], toBase.ReceiveN(2));
        Assert.Equal([new Derived(1), new Base(2), new Other()], toInterface.ReceiveN(3));
        toAll.FishForMessage(m => m is Other);
        Assert.False(exact.HasMessages || toBase.HasMessages || toInterface.HasMessages);
    }

    [Fact]
    public void No_class_cannot_be_subscribed_to()
    {
        Assert.Throws<ArgumentNullException>(() => Sys.EventStream.Subscribe(TestActor, null!));
        Assert.Throws<ArgumentNullException>(() => Sys.EventStream.Unsubscribe(TestActor, null!));
        var subscriber = Subscribed(typeof(Base));
        Publish(new Base(1));
        Assert.Equal([new Base(1)], subscriber.ReceiveN(1));
    }

    [Fact]
    public void Subscribed_twice_is_subscribed_once()
    {
        Assert.True(Sys.EventStream.Subscribe(TestActor, typeof(Base)));
        Assert.False(Sys.EventStream.Subscribe(TestActor, typeof(Base)));
        Publish(new Base(1), new Base(2));
        Assert.Equal([new Base(1), new Base(2)], ReceiveN(2));
        Assert.False(HasMessages);
    }

    [Fact]
    public void A_subscriber_of_a_type_and_its_base_gets_each_event_once()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Derived));
        Sys.EventStream.Subscribe(TestActor, typeof(Base));
        Publish(new Derived(1), new Derived(2));
        Assert.Equal([new Derived(1), new Derived(2)], ReceiveN(2));
        Assert.False(HasMessages);
    }

    [Fact]
    public void Unsubscribed_from_a_type_or_from_all()
    {
        var one = Subscribed(typeof(Derived), typeof(Other));
        var all = Subscribed(typeof(Derived), typeof(Other));
        Sys.EventStream.Unsubscribe(one.Ref, typeof(Derived));
        Sys.EventStream.Unsubscribe(all.Ref);
        Publish(new Derived(1), new Other());
        Assert.Equal([new Other()], one.ReceiveN(1));
        Assert.False(all.HasMessages);
    }

    [Fact]
    public void A_base_type_unsubscribed_no_longer_gets_derived_ones()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Base));
        Publish(new Derived(1));
        Sys.EventStream.Unsubscribe(TestActor, typeof(Base));
        Publish(new Derived(2));
        ExpectMsg(new Derived(1));
        Assert.False(HasMessages);
    }

    [Fact]
    public void Events_of_one_publisher_arrive_in_order()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Base));
        for (var i = 0; i < 100; i++)
            Sys.EventStream.Publish(new Base(i));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (object)new Base(i)), ReceiveN(100));
    }

    [Fact]
    public void A_stopped_subscriber_is_forgotten()
    {
        var subscriber = ActorOf(Act.Echo());
        Sys.EventStream.Subscribe(subscriber, typeof(Base));
        Watch(subscriber);
        Sys.Stop(subscriber);
        ExpectTerminated(subscriber);
        AwaitAssert(() => EventFilter.DeadLetter<Base>().Expect(0, TimeSpan.FromMilliseconds(10), () => Publish(new Base(1))));
    }

    private TestProbe Subscribed(params Type[] types)
    {
        var probe = CreateTestProbe();
        foreach (var type in types)
            Sys.EventStream.Subscribe(probe.Ref, type);
        return probe;
    }

    private void Publish(params object[] events)
    {
        foreach (var e in events)
            Sys.EventStream.Publish(e);
    }
}
