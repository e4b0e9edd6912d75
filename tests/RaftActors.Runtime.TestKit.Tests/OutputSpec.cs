using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit.Abstractions;

namespace RaftActors.Runtime.TestKitTests;

public sealed class OutputSpec
{
    [Fact]
    public void What_is_logged_is_in_the_output_of_the_test()
    {
        var output = new Lines();
        using var kit = new Kit(output);
        kit.Sys.Log.Info("hello {0}", "world");
        kit.Sys.Log.Warning("beware");
        kit.AwaitCondition(() => output.Written.Any(line => line.Contains("hello world")) && output.Written.Any(line => line.Contains("beware")));
    }

    [Fact]
    public async Task Another_system_logs_there_too_under_a_prefix()
    {
        var output = new Lines();
        using var kit = new Kit(output);
        var other = ActorSystem.Create("other", TestKit.DefaultConfig);
        try
        {
            kit.LogOf(other);
            other.Log.Info("hello");
            kit.AwaitCondition(() => output.Written.Any(line => line.StartsWith("other: ") && line.Contains("hello")));
        }
        finally
        {
            await other.Terminate();
        }
    }

    [Fact]
    public async Task An_output_whose_test_is_over_is_left_alone()
    {
        var output = new Lines { IsOver = true };
        using var kit = new Kit(output);
        var logger = await kit.Sys.ActorSelection("/system/log-test").ResolveOne(TimeSpan.FromSeconds(5));
        kit.Watch(logger);
        kit.Sys.Log.Info("hello");
        kit.ExpectTerminated(logger);
    }

    private sealed class Kit(ITestOutputHelper output) : TestKit("akka.loglevel = INFO", output)
    {
        public void LogOf(ActorSystem system) => InitializeLogger(system, "other: ");
    }

    private sealed class Lines : ITestOutputHelper
    {
        public ConcurrentQueue<string> Written { get; } = new();

        public bool IsOver { get; set; }

        public void WriteLine(string message)
        {
            if (IsOver)
                throw new InvalidOperationException("There is no currently active test.");
            Written.Enqueue(message);
        }

        public void WriteLine(string format, params object[] args) => WriteLine(string.Format(format, args));
    }
}
