using Akka.Actor;
using Akka.Event;

namespace RaftActors.Runtime.Tests.Actor.Embedded;

/// <summary>Nobody waits for what an actor system that has ended would have done.</summary>
public sealed class SystemEndSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Never = TimeSpan.FromHours(1);

    [Fact]
    public async Task An_ask_is_given_up_with_the_system()
    {
        var system = ActorSystem.Create("ending", "akka.loggers = []");
        var silent = system.ActorOf(Act.Props((_, _) => { }));
        var early = silent.Ask("early", Never);
        await system.Terminate().WaitAsync(Patience);
        var late = silent.Ask("late", Never);

        await Assert.ThrowsAsync<AskTimeoutException>(() => early.WaitAsync(Patience));
        await Assert.ThrowsAsync<AskTimeoutException>(() => late.WaitAsync(Patience));
    }

    [Fact]
    public async Task What_is_pending_goes_off_once_and_schedules_nothing_further()
    {
        var system = ActorSystem.Create("ending", "akka.loggers = []");
        var scheduler = system.Scheduler.Advanced;
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (repeated, cancelled, further) = (0, 0, 0);
        scheduler.ScheduleRepeatedly(Never, Never, () => repeated++);
        scheduler.ScheduleOnceCancelable(Never, () => cancelled++).Cancel();
        scheduler.ScheduleOnce(Never, () => scheduler.ScheduleOnce(TimeSpan.Zero, () => further++));
        scheduler.ScheduleOnce(2 * Never, ran.SetResult);
        await system.Terminate().WaitAsync(Patience);
        await ran.Task.WaitAsync(Patience);

        Assert.Throws<SchedulerException>(() => scheduler.ScheduleOnce(Never, () => { }));
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref repeated) == 1, Patience));
        Assert.Equal((0, 0), (cancelled, further));
    }

    // The last phase of the shutdown waits for the end of the system, and its own limit is pending then.
    [Fact]
    public async Task The_limit_of_the_last_phase_does_not_pass_because_the_system_ends()
    {
        var system = ActorSystem.Create("ending", "akka.loggers = []\nakka.coordinated-shutdown.phases.actor-system-terminate.recover = off");
        var shutdown = CoordinatedShutdown.Get(system);
        await shutdown.Run(CoordinatedShutdown.UnknownReason.Instance).WaitAsync(Patience);
        await system.WhenTerminated.WaitAsync(Patience);
    }
}
