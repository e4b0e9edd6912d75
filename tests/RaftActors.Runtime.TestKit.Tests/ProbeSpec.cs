using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.TestActors;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.TestKitTests;

public sealed class ProbeSpec : TestKit
{
    [Fact]
    public void A_probe_has_its_own_messages()
    {
        var probe = CreateTestProbe();
        probe.Tell("for the probe");
        TestActor.Tell("for the spec");
        probe.ExpectMsg("for the probe");
        ExpectMsg("for the spec");
    }

    [Fact]
    public void A_probe_sends_replies_and_forwards()
    {
        var client = CreateTestProbe("client");
        var server = CreateTestProbe("server");
        var backend = CreateTestProbe();

        client.Send(server, "question");
        server.ExpectMsg("question");
        Assert.Equal(client.Ref, server.Sender);
        server.Forward(backend);
        backend.ExpectMsg("question");
        Assert.Equal(client.Ref, backend.Sender);
        server.Forward(backend, "instead");
        backend.ExpectMsg("instead");
        backend.Reply("answer");
        client.ExpectMsg("answer");
        Assert.Equal(backend.Ref, client.Sender);
    }

    [Fact]
    public void A_probe_is_a_reference_to_its_actor()
    {
        var probe = CreateTestProbe("named");
        IActorRef asReference = probe;
        Assert.Equal("named", asReference.Path.Name);
        Assert.Equal(probe.Ref, asReference.Path == probe.Ref.Path ? probe.Ref : null);
        Assert.True(probe.Equals(probe.Ref));
        Assert.Equal(probe.Ref.GetHashCode(), probe.GetHashCode());
        Assert.Contains("/system/named", probe.ToString());

        ActorOf(ForwardActor.Props(probe)).Tell("through another actor");
        probe.ExpectMsg("through another actor");
        Assert.Equal(TestActor, probe.Sender);
    }

    [Fact]
    public void A_probe_watches()
    {
        var actor = ActorOf(BlackHoleActor.Props);
        var probe = CreateTestProbe();
        probe.Watch(actor);
        Sys.Stop(actor);
        probe.ExpectTerminated(actor);
    }

    [Fact]
    public void A_probe_can_be_watched_and_stopped()
    {
        var probe = CreateTestProbe();
        Watch(probe.Ref);
        Sys.Stop(probe.Ref);
        ExpectTerminated(probe.Ref);
    }

    [Fact]
    public void A_probe_makes_no_probes() => Assert.Throws<NotSupportedException>(() =>
    {
        TestKitBase probe = CreateTestProbe();
        probe.CreateTestProbe();
    });

    [Fact]
    public void An_autopilot_answers_before_the_spec_looks()
    {
        var probe = CreateTestProbe();
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell($"re: {message}");
            return message is "last" ? AutoPilot.NoAutoPilot : AutoPilot.KeepRunning;
        }));
        foreach (var message in new[] { "first", "last", "too late" })
            probe.Ref.Tell(message, TestActor);

        ExpectMsg("re: first");
        ExpectMsg("re: last");
        Assert.Equal(["first", "last", "too late"], probe.ReceiveN(3));
        Assert.False(HasMessages);
    }

    [Fact]
    public void An_autopilot_hands_over_to_the_next()
    {
        var second = new DelegateAutoPilot((sender, _) =>
        {
            sender.Tell("second");
            return AutoPilot.KeepRunning;
        });
        var probe = CreateTestProbe();
        probe.SetAutoPilot(new DelegateAutoPilot((sender, _) =>
        {
            sender.Tell("first");
            return second;
        }));
        for (var i = 0; i < 3; i++)
            probe.Ref.Tell(i, TestActor);
        Assert.Equal(["first", "second", "second"], ReceiveN(3));
    }

    [Fact]
    public void The_test_actor_starts_children()
    {
        var child = ChildActorOf(ReportingActor.Props(), "child");
        Assert.Equal(TestActor.Path / "child", child.Path);
        child.Tell("for my parent");
        ExpectMsgFrom(child, "for my parent");
    }

    private sealed class ReportingActor : UntypedActor
    {
        public static Props Props() => Akka.Actor.Props.Create(() => new ReportingActor());

        protected override void OnReceive(object message) => Context.Parent.Tell(message);
    }
}
