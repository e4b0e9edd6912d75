using Akka.Actor;
using Akka.Configuration;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>Actor systems with a plugin, on files of a directory that is gone afterwards.</summary>
public abstract class PluginSpec : IDisposable
{
    private readonly List<ActorSystem> _systems = [];

    private protected TemporaryDirectory Directory { get; } = new();

    protected string File => Directory / "journal.db";

    public void Dispose()
    {
        foreach (var system in _systems)
            Stop(system);
        Directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Starts an actor system whose journal and snapshot store are in <see cref="File"/>, or in another file.
    /// </summary>
    protected ActorSystem Start(Plugin plugin, string more = "", string? file = null) =>
        Start(PluginConfig.For(plugin, file ?? File, more));

    protected ActorSystem Start(Config config)
    {
        var system = ActorSystem.Create("spec", config);
        _systems.Add(system);
        return system;
    }

    protected static void Stop(ActorSystem system) => Assert.True(system.Terminate().Wait(TimeSpan.FromSeconds(30)));
}
