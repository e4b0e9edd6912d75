using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using RaftNode.Host.Commands;

namespace RaftNode.Host.Node;

/// <summary>
/// When the node's host stops: on a signal. systemd is told when the node serves, and when it stops
/// (<c>Type=notify</c>).
/// </summary>
/// <param name="signals">The signals; <c>null</c> if the host is stopped by code only.</param>
/// <param name="application">The host's own events.</param>
internal sealed class NodeLifetime(StopSignals? signals, IHostApplicationLifetime application) : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        // A signal before that ends the start, in order, when it is over.
        application.ApplicationStarted.Register(() =>
            signals?.Stop.ContinueWith(_ => application.StopApplication(), TaskScheduler.Default));
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 })
            NotifySystemd();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A method of its own: the library is loaded only under systemd.
    private void NotifySystemd()
    {
        var systemd = new SystemdNotifier();
        application.ApplicationStarted.Register(() => systemd.Notify(ServiceState.Ready));
        application.ApplicationStopping.Register(() => systemd.Notify(ServiceState.Stopping));
    }
}
