using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class LoggingSpec : TestKit
{
    public LoggingSpec()
        : base("akka.loglevel = DEBUG\n akka.stdout-loglevel = OFF")
    {
    }

    [Fact]
    public void Events_carry_level_source_text_and_cause()
    {
        var probe = Listener();
        var actor = ActorOf(Act.Props((message, context) => context.GetLogger().Warning("{0} of {1}", message, 2)), "logging");
        actor.Tell("one");
        var warning = probe.FishForMessage<Warning>(_ => true);
        Assert.Equal(LogLevel.WarningLevel, warning.LogLevel());
        Assert.Equal("one of 2", warning.Message?.ToString());
        Assert.Equal("akka://test/user/logging", warning.LogSource);
        Assert.Equal(typeof(Act), warning.LogClass);
        Assert.Null(warning.Cause);

        var cause = new TestException();
        Sys.Log.Error(cause, "failed");
        var error = probe.FishForMessage<Error>(_ => true);
        Assert.Same(cause, error.Cause);
        Assert.Equal("failed", error.Message?.ToString());
    }

    [Fact]
    public void An_event_prints_on_one_line_with_its_level_and_source()
    {
        var probe = Listener();
        ActorOf(Act.Props((message, context) => context.GetLogger().Info("hello {0}", message)), "logging").Tell("world");
        var line = probe.FishForMessage<Info>(e => e.LogSource.EndsWith("logging")).ToString();
        Assert.Matches(@"^\[INFO\]\[[^\]]+\]\[Thread \d+\]\[akka://test/user/logging\] hello world$", line);
    }

    [Fact]
    public void A_cause_is_printed_too()
    {
        var probe = Listener();
        Sys.Log.Error(new TestException("the cause"), "failed");
        var text = probe.FishForMessage<Error>(_ => true).ToString();
        Assert.Contains("failed", text);
        Assert.Contains("Cause: ", text);
        Assert.Contains("the cause", text);
    }

    [Theory]
    [InlineData("DEBUG", 4)]
    [InlineData("INFO", 3)]
    [InlineData("WARNING", 2)]
    [InlineData("ERROR", 1)]
    [InlineData("OFF", 0)]
    public void Only_what_is_important_enough_reaches_the_loggers(string level, int expected)
    {
        var other = ActorSystem.Create("other", ConfigurationFactory.ParseString($"""
            akka.loglevel = {level}
            akka.stdout-loglevel = OFF
            akka.loggers = ["RaftActors.Runtime.Tests.Actor.LoggingSpec+Forwarding, {typeof(LoggingSpec).Assembly.GetName().Name}"]
            """));
        try
        {
            other.EventStream.Publish(new Forwarding.To(TestActor));
            other.Log.Debug("mine");
            other.Log.Info("mine");
            other.Log.Warning("mine");
            other.Log.Error("mine");
            other.EventStream.Publish(new Forwarding.End());
            var logged = ReceiveWhile(m => m as LogEvent, TimeSpan.FromSeconds(30));
            Assert.Equal(expected, logged.Count(e => e.Message?.ToString() == "mine"));
            ExpectMsg<Forwarding.End>();
        }
        finally
        {
            Shutdown(other);
        }
    }

    [Fact]
    public void A_logger_that_does_not_exist_is_an_error() => Assert.ThrowsAny<Exception>(
        () => ActorSystem.Create("other", """akka.loggers = ["No.Such.Logger, NoSuchAssembly"]"""));

    [Fact]
    public void A_level_that_does_not_exist_is_an_error() => Assert.ThrowsAny<Exception>(() => ActorSystem.Create("other", "akka.loglevel = LOUD"));

    [Fact]
    public void A_level_is_asked_before_a_text_is_made()
    {
        var quiet = ActorSystem.Create("other", "akka { loglevel = WARNING, stdout-loglevel = OFF }");
        try
        {
            var log = Akka.Event.Logging.GetLogger(quiet, "spec");
            Assert.False(log.IsDebugEnabled);
            Assert.False(log.IsInfoEnabled);
            Assert.True(log.IsWarningEnabled);
            Assert.True(log.IsErrorEnabled);
            var formatted = new Counter();
            log.Info("{0}", new Formatted(formatted));
            Assert.Equal(0, formatted.Value);
        }
        finally
        {
            Shutdown(quiet);
        }
    }

    [Fact]
    public void A_failing_actor_is_logged_with_its_path() =>
        EventFilter.Exception<TestException>(source: "/user/failing").ExpectOne(() => ActorOf(Act.Props((_, _) => throw new TestException()), "failing").Tell(1));

    private TestProbe Listener()
    {
        var probe = CreateTestProbe();
        Sys.EventStream.Subscribe(probe.Ref, typeof(LogEvent));
        return probe;
    }

    private sealed class Formatted(Counter counter)
    {
        public override string ToString() => counter.Next().ToString();
    }

    /// <summary>A logger as a user would write one: hands on what it gets to the actor that it is told.</summary>
    public sealed class Forwarding : ReceiveActor
    {
        private IActorRef? _target;

        public Forwarding()
        {
            Receive<InitializeLogger>(initialize =>
            {
                initialize.LoggingBus.Subscribe(Self, typeof(To));
                initialize.LoggingBus.Subscribe(Self, typeof(End));
                Sender.Tell(new LoggerInitialized());
            });
            Receive<To>(to => _target = to.Target);
            ReceiveAny(message => _target?.Tell(message));
        }

        internal sealed record To(IActorRef Target);

        internal sealed record End;
    }
}
