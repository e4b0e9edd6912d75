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

    private readonly VirtualWorld _world;

    private protected VirtualTimeSpec(ITestOutputHelper? output = null, Config? config = null)
        : base(Configuration(config ?? Config.Empty), $"spec-{Interlocked.Increment(ref _systems)}", output) =>
        _world = VirtualWorld.Named(Sys.Settings.Config.GetString(ClusterConfig.WorldKey));

    /// <summary>Lets time pass: whatever falls due is done at its time.</summary>
    protected void Advance(double milliseconds)
    {
        var end = _world.Now + TimeSpan.FromMilliseconds(milliseconds);
        InlineDispatcher.Drive(_world, () =>
        {
            while (_world.Step(end))
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
    protected void TellTogether(Action tell) => InlineDispatcher.Drive(_world, () =>
    {
        tell();
        _world.Settle();
    });

    /// <inheritdoc/>
    protected override void AfterAll()
    {
        base.AfterAll();
        _world.Dispose();
    }

    /// <summary>What a configuration names a type by.</summary>
    private protected static string NameOf<T>() => $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";

    private static Config Configuration(Config own)
    {
        string dispatcher = NameOf<InlineDispatcherConfigurator>();
        return own.WithFallback(ConfigurationFactory.ParseString($$"""
            {{ClusterConfig.WorldKey}} = "{{new VirtualWorld().Id}}"
            akka {
              loglevel = WARNING
              stdout-loglevel = OFF
              scheduler.implementation = "{{NameOf<VirtualScheduler>()}}"
              actor {
                default-dispatcher.type = "{{dispatcher}}"
                internal-dispatcher.type = "{{dispatcher}}"
              }
              persistence.dispatchers {
                default-plugin-dispatcher.type = "{{dispatcher}}"
                default-replay-dispatcher.type = "{{dispatcher}}"
                default-stream-dispatcher.type = "{{dispatcher}}"
              }
              coordinated-shutdown {
                run-by-clr-shutdown-hook = off
                run-by-actor-system-terminate = off
              }
            }
            """));
    }
}
