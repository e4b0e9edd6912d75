using Akka.Actor;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What Akka.NET promises of its own scheduler. A leader's lease counts the time of <c>HighResMonotonicClock</c>
/// (RaftSettings.ElapsedTime): a clock that went back, or a timer that fired early by that clock, would break the
/// lease.
/// </summary>
public sealed class SchedulerSpec : Akka.TestKit.Xunit2.TestKit
{
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
}
