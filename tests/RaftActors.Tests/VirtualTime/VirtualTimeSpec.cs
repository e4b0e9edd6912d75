using Akka.Actor;
using Akka.Configuration;
using RaftActors.TestKit;
using RaftActors.TestKit.Time;
using Xunit.Abstractions;

namespace RaftActors.Tests.VirtualTime;

/// <summary>
/// A spec on one actor system in virtual time. Actors run on the thread that tells them something, until all are at
/// rest; time passes only in <see cref="Advance"/>. So a spec waits for nothing: what follows from a message has been
/// done when <c>Tell</c> returns.
/// </summary>
public abstract class VirtualTimeSpec : Akka.TestKit.Xunit2.TestKit
{
    private static int _systems;

    private static readonly Config Loggers =
        ConfigurationFactory.ParseString($"akka.loggers = [\"{NameOf<Akka.TestKit.TestEventListener>()}\"]");

    private readonly InlineProcess _process;

    private protected VirtualTimeSpec(ITestOutputHelper? output = null, Config? config = null)
        : base(NewSystem(config ?? Config.Empty), output) => _process = (InlineProcess)VirtualProcess.Of(Sys);

    /// <summary>How many messages actors have handled.</summary>
    protected long Turns => _process.World.Turns;

    /// <summary>Lets time pass: whatever falls due is done at its time.</summary>
    protected void Advance(double milliseconds)
    {
        var end = _process.World.Now + TimeSpan.FromMilliseconds(milliseconds);
        _process.Drive(() =>
        {
            while (_process.World.StepToRest(end))
            {
            }
        });
    }

    /// <summary>Lets time pass in steps of 10 ms until something has happened.</summary>
    protected void AdvanceUntil(Func<bool> happened, int mostMilliseconds = 5000)
    {
        for (int elapsed = 0; !happened(); elapsed += 10)
        {
            Assert.True(elapsed < mostMilliseconds, $"It did not happen within {mostMilliseconds} ms.");
            Advance(10);
        }
    }

    /// <summary>Has several messages told before any actor handles the first of them.</summary>
    protected void TellTogether(Action tell) => _process.Drive(() =>
    {
        tell();
        _process.World.Settle();
    });

    /// <summary>What a configuration names a type by.</summary>
    private protected static string NameOf<T>() => $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";

    private static ActorSystem NewSystem(Config own) => new InlineProcess().Start(
        $"spec-{Interlocked.Increment(ref _systems)}",
        own.WithFallback(Loggers).WithFallback(VirtualConfig.Default));
}
