using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.TestActors;
using Akka.TestKit.Xunit2;
using Xunit.Sdk;

namespace RaftActors.Runtime.TestKitTests;

public sealed class EventFilterSpec : TestKit
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    public EventFilterSpec()
        : base("akka.loglevel = DEBUG")
    {
    }

    [Fact]
    public void Each_level_is_recognised()
    {
        EventFilter.Debug("text").ExpectOne(() => Sys.Log.Debug("text"));
        EventFilter.Info("text").ExpectOne(() => Sys.Log.Info("text"));
        EventFilter.Warning("text").ExpectOne(() => Sys.Log.Warning("text"));
        EventFilter.Error("text").ExpectOne(() => Sys.Log.Error("text"));
        EventFilter.ForLogLevel(LogLevel.InfoLevel, "text").ExpectOne(() => Sys.Log.Info("text"));
    }

    [Fact]
    public void Another_level_does_not_count() =>
        Assert.ThrowsAny<XunitException>(() => EventFilter.Info("text").ExpectOne(Short, () => Sys.Log.Warning("text")));

    [Theory]
    [InlineData("the whole text")]
    [InlineData("The Whole Text")]
    public void The_text_is_recognised_whole_by_start_by_part_or_by_pattern(string logged)
    {
        EventFilter.Info(message: "the whole text").ExpectOne(() => Sys.Log.Info(logged));
        EventFilter.Info(start: "the whole").ExpectOne(() => Sys.Log.Info(logged));
        EventFilter.Info(contains: "whole").ExpectOne(() => Sys.Log.Info(logged));
        EventFilter.Info(new Regex("(?i)^the .* text$")).ExpectOne(() => Sys.Log.Info(logged));
        EventFilter.Info(message: "whole").Expect(0, Short, () => Sys.Log.Info(logged));
    }

    [Fact]
    public void The_text_is_the_formatted_one() =>
        EventFilter.Info("one and two").ExpectOne(() => Sys.Log.Info("{0} and {1}", "one", "two"));

    [Fact]
    public void The_source_is_an_actor_with_or_without_its_address()
    {
        var actor = ActorOf(() => new LoggingActor(), "logging");
        EventFilter.Info("text", source: "/user/logging").ExpectOne(() => actor.Tell("text"));
        EventFilter.Info("text", source: actor.Path.ToString()).ExpectOne(() => actor.Tell("text"));
        EventFilter.Info("text", source: "/user/other").Expect(0, Short, () => actor.Tell("text"));
    }

    [Fact]
    public void An_exception_is_recognised_by_type_and_text()
    {
        var error = new InvalidOperationException("cause");
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => Sys.Log.Error(error, "text"));
        EventFilter.Exception<InvalidOperationException>("cause").ExpectOne(() => Sys.Log.Error(error, "text"));
        EventFilter.Exception<InvalidOperationException>("text").ExpectOne(() => Sys.Log.Error(error, "text"));
        EventFilter.Exception<Exception>(contains: "aus").ExpectOne(() => Sys.Log.Error(error, "text"));
        EventFilter.Exception<NotSupportedException>().Expect(0, Short, () => Sys.Log.Error(error, "text"));
        EventFilter.Error("text").ExpectOne(() => Sys.Log.Error(error, "text"));
        EventFilter.Exception(typeof(NotSupportedException), checkInnerExceptions: true)
            .ExpectOne(() => Sys.Log.Error(new InvalidOperationException("outer", new NotSupportedException()), "text"));
    }

    [Fact]
    public void A_failing_actor_logs_its_exception()
    {
        var actor = ActorOf(() => new FailingActor());
        EventFilter.Exception<NotSupportedException>("failed").ExpectOne(() => actor.Tell("fail"));
    }

    [Fact]
    public void A_dead_letter_is_recognised_by_its_message_and_recipient()
    {
        var actor = ActorOf(BlackHoleActor.Props, "stopped");
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor);

        EventFilter.DeadLetter().ExpectOne(() => actor.Tell("text"));
        EventFilter.DeadLetter<string>().ExpectOne(() => actor.Tell("text"));
        EventFilter.DeadLetter<string>(text => text == "text").ExpectOne(() => actor.Tell("text"));
        EventFilter.DeadLetter(typeof(string)).ExpectOne(() => actor.Tell("text"));
        EventFilter.DeadLetter<string>(source: "/user/stopped").ExpectOne(() => actor.Tell("text"));
        EventFilter.DeadLetter<int>().Expect(0, Short, () => actor.Tell("text"));
    }

    [Fact]
    public void Any_other_property_is_recognised_by_a_predicate()
    {
        EventFilter.Custom(e => Equals(e.Message?.ToString(), "text")).ExpectOne(() => Sys.Log.Info("text"));
        EventFilter.Custom<Warning>(e => Equals(e.Message?.ToString(), "text")).ExpectOne(() =>
        {
            Sys.Log.Info("text");
            Sys.Log.Warning("text");
        });
    }

    [Fact]
    public void The_number_must_be_right()
    {
        EventFilter.Info("text").Expect(2, () => LogTimes("text", 2));
        var tooFew = Assert.ThrowsAny<XunitException>(() => EventFilter.Info("text").Expect(2, TimeSpan.FromSeconds(2), () => LogTimes("text", 1)));
        Assert.Contains("Only received 1/2 messages", tooFew.Message);
        // It fails as soon as there is one too many; how long that takes on a busy machine is of no account.
        Assert.ThrowsAny<XunitException>(() => EventFilter.Info("text").Expect(0, TimeSpan.FromSeconds(30), () => LogTimes("text", 1)));
    }

    [Fact]
    public void Events_after_the_block_count_within_the_leeway()
    {
        Task? logged = null;
        EventFilter.Info("text").ExpectOne(() => logged = Task.Run(() => Sys.Log.Info("text")));
        Assert.NotNull(logged);
    }

    [Fact]
    public void Either_of_two_filters_counts() => EventFilter.Info("one").And.Warning("two").Expect(2, () =>
    {
        Sys.Log.Info("one");
        Sys.Log.Warning("two");
    });

    [Fact]
    public async Task The_results_of_the_blocks_are_returned()
    {
        Assert.Equal(1, EventFilter.Info("text").ExpectOne(() => LogAnd(1)));
        Assert.Equal(2, EventFilter.Info("text").Expect(1, () => LogAnd(2)));
        Assert.Equal(3, await EventFilter.Info("text").ExpectOneAsync(() => Task.FromResult(LogAnd(3))));
        Assert.Equal(4, await EventFilter.Info("text").ExpectAsync(1, () => Task.FromResult(LogAnd(4))));
        Assert.Equal(5, EventFilter.Info("text").Mute(() => LogAnd(5)));
        Assert.Equal(6, await EventFilter.Info("text").MuteAsync(() => Task.FromResult(LogAnd(6))));
    }

    [Fact]
    public async Task The_asynchronous_forms_count_too()
    {
        await EventFilter.Info("text").ExpectOneAsync(async () =>
        {
            await Task.Yield();
            Sys.Log.Info("text");
        });
        await Assert.ThrowsAnyAsync<XunitException>(() => EventFilter.Info("text").ExpectOneAsync(Short, () => Task.CompletedTask));
    }

    [Fact]
    public void A_failure_in_the_block_is_that_of_the_filter() =>
        Assert.Throws<NotSupportedException>(() => EventFilter.Info("text").ExpectOne(() => throw new NotSupportedException()));

    [Fact]
    public void Muting_ends_with_its_result()
    {
        using (EventFilter.Info("text").Mute())
            Sys.Log.Info("text");
        EventFilter.Info("text").ExpectOne(() => Sys.Log.Info("text"));
    }

    [Fact]
    public void Another_system_has_filters_of_its_own()
    {
        var other = ActorSystem.Create("other", DefaultConfig);
        try
        {
            CreateEventFilter(other).Info("text").ExpectOne(() => other.Log.Info("text"));
        }
        finally
        {
            Shutdown(other);
        }
    }

    private void LogTimes(string text, int times)
    {
        for (var i = 0; i < times; i++)
            Sys.Log.Info(text);
    }

    private int LogAnd(int result)
    {
        Sys.Log.Info("text");
        return result;
    }

    private sealed class LoggingActor : UntypedActor
    {
        private readonly ILoggingAdapter _log = Context.GetLogger();

        protected override void OnReceive(object message) => _log.Info("{0}", message);
    }

    private sealed class FailingActor : UntypedActor
    {
        protected override void OnReceive(object message) => throw new NotSupportedException("failed");
    }
}
