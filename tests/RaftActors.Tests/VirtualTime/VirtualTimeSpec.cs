using Akka.Configuration;
using RaftActors.TestKit;
using RaftActors.TestKit.Time;
using Xunit.Abstractions;

namespace RaftActors.Tests.VirtualTime;

/// <summary>
/// A spec on one actor system in virtual time, with a journal and a snapshot store that do as they are told (<see
/// cref="Disk"/>). Actors run on the thread that tells them something, until all are at rest; time passes only in <see
/// cref="Advance"/>. So a spec waits for nothing: what follows from a message has been done when <c>Tell</c> returns.
/// </summary>
public abstract class VirtualTimeSpec : Akka.TestKit.Xunit2.TestKit
{
    private static int _systems;

    private readonly VirtualWorld _world;

    private protected VirtualTimeSpec(ITestOutputHelper? output = null)
        : base(Configuration(), $"spec-{Interlocked.Increment(ref _systems)}", output) =>
        _world = VirtualWorld.Named(Sys.Settings.Config.GetString(ClusterConfig.WorldKey));

    /// <summary>What the journal and the snapshot store of the system keep, and how they are commanded.</summary>
    private protected Disk Disk => Disk.Of(Sys);

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
        Disk.Remove(Sys);
        _world.Dispose();
    }

    private static Config Configuration()
    {
        static string Name(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
        string dispatcher = Name(typeof(InlineDispatcherConfigurator));
        return ConfigurationFactory.ParseString($$"""
            {{ClusterConfig.WorldKey}} = "{{new VirtualWorld().Id}}"
            akka {
              loglevel = WARNING
              scheduler.implementation = "{{Name(typeof(VirtualScheduler))}}"
              actor {
                default-dispatcher.type = "{{dispatcher}}"
                internal-dispatcher.type = "{{dispatcher}}"
              }
              persistence {
                dispatchers {
                  default-plugin-dispatcher.type = "{{dispatcher}}"
                  default-replay-dispatcher.type = "{{dispatcher}}"
                  default-stream-dispatcher.type = "{{dispatcher}}"
                }
                journal.plugin = commanded
                snapshot-store.plugin = commanded-snapshots
              }
              coordinated-shutdown {
                run-by-clr-shutdown-hook = off
                run-by-actor-system-terminate = off
              }
            }
            commanded.class = "{{Name(typeof(CommandedJournal))}}"
            commanded-snapshots.class = "{{Name(typeof(CommandedSnapshotStore))}}"
            """).WithFallback(Raft.DefaultConfig());
    }
}
