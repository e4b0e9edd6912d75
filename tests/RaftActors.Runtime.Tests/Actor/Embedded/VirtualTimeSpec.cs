using Akka;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor.Embedded;

/// <summary>Nothing in the runtime takes the time from anywhere but the system's scheduler: with one that stands still, nothing happens by itself.</summary>
public sealed class VirtualTimeSpec : TestKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public VirtualTimeSpec()
        : base("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
    {
    }

    private TestScheduler Clock => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void Restarts_count_within_the_time_range_only()
    {
        var child = ChildOf(new OneForOneStrategy(2, 10 * Second, _ => Directive.Restart));
        for (var i = 0; i < 10; i++)
        {
            Fail(child);
            child.Tell("hello");
            ExpectMsg("hello");
            Clock.Advance(6 * Second);
        }

        Watch(child);
        for (var i = 0; i < 3; i++)
            Fail(child);
        ExpectTerminated(child);
    }

    [Fact]
    public async Task A_question_times_out_when_the_clock_says_so()
    {
        var asked = ActorOf(Act.Props((_, _) => { })).Ask("hello", 10 * Second);
        Clock.Advance(10 * Second - TimeSpan.FromTicks(1));
        Assert.False(asked.IsCompleted);
        Clock.Advance(TimeSpan.FromTicks(1));
        await Assert.ThrowsAsync<AskTimeoutException>(() => asked);
    }

    [Fact]
    public async Task An_answered_question_leaves_no_timer_behind()
    {
        Assert.Equal("hello", await ActorOf(Act.Echo()).Ask("hello", 10 * Second));
        Clock.Advance(20 * Second);
    }

    [Fact]
    public async Task A_graceful_stop_gives_up_when_the_clock_says_so()
    {
        var goOn = new ManualResetEventSlim();
        var actor = ActorOf(Act.Props((_, _) => { }, postStop: _ => goOn.Wait()));
        var stopped = actor.GracefulStop(10 * Second);
        Clock.Advance(10 * Second);
        Assert.False(await stopped);
        goOn.Set();
    }

    [Fact]
    public async Task A_phase_of_the_shutdown_gives_up_when_the_clock_says_so()
    {
        var hangs = new TaskCompletionSource();
        var shutdown = CoordinatedShutdown.Get(Sys);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "hangs", async () =>
        {
            hangs.SetResult();
            await new TaskCompletionSource().Task;
            return Done.Instance;
        });
        var run = shutdown.Run(CoordinatedShutdown.UnknownReason.Instance);
        await hangs.Task;
        Assert.False(run.IsCompleted);

        // The timer of the phase starts once its tasks did.
        await AwaitConditionAsync(() =>
        {
            Clock.Advance(10 * Second);
            return Task.FromResult(run.IsCompleted);
        }, TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(5));
        await Sys.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_system_stops_while_time_stands_still() => await Sys.Terminate().WaitAsync(TimeSpan.FromSeconds(30));

    private IActorRef ChildOf(SupervisorStrategy strategy)
    {
        var parent = ActorOf(Act.Props((message, context) => context.Sender.Tell(context.ActorOf((Props)message)), strategy: strategy));
        parent.Tell(Act.Props((message, context) => context.Sender.Tell(message is "fail" ? throw new TestException() : message)));
        return ExpectMsg<IActorRef>();
    }

    private void Fail(IActorRef child) => EventFilter.Exception<TestException>().ExpectOne(() => child.Tell("fail"));
}
