using System.Runtime.InteropServices;
using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// Runs the coordinated shutdown when the process is asked to end or ends, and holds it up until that is done. Whether a signal then ends the process is left to others: to
/// a host that handles it too, or else to the runtime.
/// </summary>
internal sealed class ProcessEndHook
{
    private readonly CoordinatedShutdown _shutdown;
    private readonly PosixSignalRegistration[] _registrations;

    public ProcessEndHook(CoordinatedShutdown shutdown)
    {
        _shutdown = shutdown;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Run()), PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Run())];
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        shutdown.System.RegisterOnTermination(Unregister);
    }

    private void OnProcessExit(object? sender, EventArgs e) => Run();

    private void Run()
    {
        if (_shutdown.System.WhenTerminated.IsCompleted)
            return;
        try
        {
            _shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance).Wait(_shutdown.TotalTimeout);
        }
        catch (AggregateException e)
        {
            _shutdown.System.Log.Warning("CoordinatedShutdown from CLR shutdown failed: {0}", e.InnerException?.Message);
        }
    }

    private void Unregister()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        foreach (var registration in _registrations)
            registration.Dispose();
    }
}
