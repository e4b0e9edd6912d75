using Akka.Actor;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET promises of a stash. StateMachineActor stashes entries and queries while it loads a snapshot, and must
/// apply the entries in the order of the log afterwards.
/// </summary>
public sealed class StashSpec : Akka.TestKit.Xunit2.TestKit
{
    [Fact]
    public void What_was_stashed_comes_back_in_order_and_before_what_came_later()
    {
        using var gate = new ManualResetEventSlim();
        var actor = Sys.ActorOf(Props.Create(() => new Loading(TestActor, gate)));
        foreach (string message in new[] { "1", "2", "3", "loaded", "4", "5" })
            actor.Tell(message);

        gate.Set();

        Assert.Equal(["1", "2", "3", "4", "5"], ReceiveN(5, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void What_was_stashed_keeps_its_sender()
    {
        using var gate = new ManualResetEventSlim(true);
        var actor = Sys.ActorOf(Props.Create(() => new Loading(null, gate)));
        var asker = CreateTestProbe();
        actor.Tell("1", asker.Ref);

        actor.Tell("loaded", ActorRefs.NoSender);

        asker.ExpectMsg("1", TimeSpan.FromSeconds(30));
    }

    private sealed class Loading : UntypedActor, IWithUnboundedStash
    {
        private readonly IActorRef? _target;
        private readonly ManualResetEventSlim _gate;

        public Loading(IActorRef? target, ManualResetEventSlim gate)
        {
            _target = target;
            _gate = gate;
            Become(WhileLoading);
        }

        public IStash Stash { get; set; } = null!;

        protected override void OnReceive(object message) => (_target ?? Sender).Tell(message);

        private void WhileLoading(object message)
        {
            _gate.Wait();
            if (message is not "loaded")
            {
                Stash.Stash();
                return;
            }
            Become(OnReceive);
            Stash.UnstashAll();
        }
    }
}
