using System.Runtime.CompilerServices;
using Akka.Actor;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET promises of a scheduler, of its own and of that of RaftActors. A leader's lease counts the time of
/// <c>HighResMonotonicClock</c> (RaftSettings.ElapsedTime): a clock that went back, or a timer that fired early by that
/// clock, would break the lease.
/// </summary>
public abstract class SchedulerSpec(
    string implementation) : Akka.TestKit.Xunit2.TestKit($"akka.scheduler.implementation = \"{implementation}\"")
{
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_message_is_not_told_before_its_time_by_the_monotonic_clock()
    {
        var delay = TimeSpan.FromMilliseconds(25);
        for (int i = 0; i < 8; i++)
        {
            var before = Sys.Scheduler.HighResMonotonicClock;
            Sys.Scheduler.ScheduleTellOnce(delay, TestActor, i, ActorRefs.NoSender);

            ExpectMsg(i, TimeSpan.FromSeconds(30));
            Assert.True(Sys.Scheduler.HighResMonotonicClock - before >= delay);
        }
    }

    [Fact]
    public void What_was_cancelled_is_not_told()
    {
        var delay = TimeSpan.FromMilliseconds(25);
        using var cancelled = new Cancelable(Sys.Scheduler);
        Sys.Scheduler.ScheduleTellOnce(delay, TestActor, "cancelled", ActorRefs.NoSender, cancelled);
        cancelled.Cancel();

        Sys.Scheduler.ScheduleTellOnce(2 * delay, TestActor, "later", ActorRefs.NoSender);

        ExpectMsg("later", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void What_is_repeated_goes_off_again_and_again_until_it_is_cancelled()
    {
        var interval = TimeSpan.FromMilliseconds(5);
        using var cancelable = new Cancelable(Sys.Scheduler);
        var before = Sys.Scheduler.HighResMonotonicClock;

        Sys.Scheduler.ScheduleTellRepeatedly(interval, interval, TestActor, "tick", ActorRefs.NoSender, cancelable);

        for (int i = 0; i < 10; i++)
            ExpectMsg("tick", Patience);
        Assert.True(Sys.Scheduler.HighResMonotonicClock - before >= 10 * interval);
        cancelable.Cancel();
        Sys.Scheduler.ScheduleTellOnce(10 * interval, TestActor, "end", ActorRefs.NoSender);
        FishForMessage(message => message is "end", Patience);
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void What_fails_does_not_keep_anything_else_from_its_time()
    {
        Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds(5),
            static () => throw new InvalidOperationException("as planned"));

        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(50), TestActor, "later", ActorRefs.NoSender);

        ExpectMsg("later", Patience);
    }

    [Fact]
    public async Task What_is_due_long_after_the_system_ends_goes_off_when_it_ends()
    {
        var wentOff = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromHours(1), wentOff.SetResult);

        await Sys.Terminate();

        await wentOff.Task.WaitAsync(Patience);
    }
}

/// <summary>The scheduler that is Akka.NET's default.</summary>
public sealed class HashedWheelSchedulerSpec() : SchedulerSpec("Akka.Actor.HashedWheelTimerScheduler");

/// <summary>The scheduler that a node uses.</summary>
public sealed class SleepingSchedulerSpec() : SchedulerSpec("RaftActors.Scheduling.SleepingScheduler, RaftActors")
{
    [Fact]
    public void What_is_due_at_the_same_time_goes_off_in_the_order_in_which_it_was_scheduled()
    {
        for (int i = 0; i < 200; i++)
            Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(20), TestActor, i, ActorRefs.NoSender);

        Assert.Equal(Enumerable.Range(0, 200), ReceiveN(200, TimeSpan.FromSeconds(30)).Cast<int>());
    }

    [Fact]
    public void What_was_cancelled_long_before_its_time_is_forgotten()
    {
        var messages = ScheduleAndCancel(1000);

        // What is scheduled later makes the scheduler look at what is cancelled.
        _ = ScheduleAndCancel(1000);

        GC.Collect();
        // The thread of the scheduler may still look at the one that it sleeps for.
        Assert.InRange(messages.Count(static message => message.IsAlive), 0, 1);
    }

    [Fact]
    public void What_was_cancelled_is_forgotten_although_nothing_is_scheduled_for_long()
    {
        using var all = new Cancelable(Sys.Scheduler);
        var messages = Schedule(1000, all);
        all.Cancel();
        using var tick = new Cancelable(Sys.Scheduler);
        var interval = TimeSpan.FromMilliseconds(25);
        Sys.Scheduler.ScheduleTellRepeatedly(interval, interval, TestActor, "tick", ActorRefs.NoSender, tick);

        FishForMessage(
            _ =>
            {
                GC.Collect();
                return messages.Count(static message => message.IsAlive) <= 1;
            },
            Patience);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference[] Schedule(int count, ICancelable cancelable)
    {
        var messages = new WeakReference[count];
        for (int i = 0; i < count; i++)
        {
            object message = new();
            Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromHours(1), TestActor, message, ActorRefs.NoSender, cancelable);
            messages[i] = new WeakReference(message);
        }
        return messages;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference[] ScheduleAndCancel(int count)
    {
        var messages = new WeakReference[count];
        for (int i = 0; i < count; i++)
        {
            object message = new();
            using var cancelable = new Cancelable(Sys.Scheduler);
            Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromHours(1), TestActor, message, ActorRefs.NoSender, cancelable);
            cancelable.Cancel();
            messages[i] = new WeakReference(message);
        }
        return messages;
    }
}
