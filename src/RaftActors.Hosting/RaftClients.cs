using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using RaftActors.Client;

namespace RaftActors.Hosting;

/// <summary>The clients of an actor system, by the keys of their groups.</summary>
internal sealed class RaftClients : IExtension
{
    private readonly ConcurrentDictionary<Type, TaskCompletionSource<RaftClient>> _clients = new();

    private RaftClients(ExtendedActorSystem system)
    {
        // Close the clients' sessions while the peers can still answer.
        CoordinatedShutdown.Get(system)
            .AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "raft-close-clients", CloseAsync);
        system.WhenTerminated.ContinueWith(_ => CancelWaiting(), TaskScheduler.Default);
    }

    public static RaftClients Of(ActorSystem system) => system.WithExtension<RaftClients, Id>();

    public void Add(Type key, RaftClient client) => Entry(key).SetResult(client);

    /// <summary>Waits for the client of a group and returns it.</summary>
    public Task<RaftClient> GetAsync(Type key, CancellationToken cancellationToken) =>
        Entry(key).Task.WaitAsync(cancellationToken);

    private TaskCompletionSource<RaftClient> Entry(Type key) =>
        _clients.GetOrAdd(key, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task<Done> CloseAsync()
    {
        var started = _clients.Values.Where(static entry => entry.Task.IsCompletedSuccessfully);
        var closing = started.Select(static entry => entry.Task.Result.DisposeAsync().AsTask());
        await Task.WhenAll(closing).ConfigureAwait(false);
        return Done.Instance;
    }

    private void CancelWaiting()
    {
        foreach (var entry in _clients.Values)
            entry.TrySetCanceled();
    }

    private sealed class Id : ExtensionIdProvider<RaftClients>
    {
        public override RaftClients CreateExtension(ExtendedActorSystem system) => new(system);
    }
}
