using System.Runtime.InteropServices;

namespace RaftNode.Host.Commands;

/// <summary>
/// Ctrl-C and SIGTERM: the first asks the program to stop in order, a further Ctrl-C ends it at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP,
            PosixSignal.SIGQUIT])
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
    }

    /// <summary>Completes when the program is to stop.</summary>
    public Task Stop => _stop.Task;

    /// <summary>
    /// Also stops when standard input ends: with the parent that holds its other end, however that ends.
    /// </summary>
    public void StopWithStandardInput() => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[64];
        while (input.Read(ignored) > 0)
        {
        }
        _stop.TrySetResult();
    })
    {
        IsBackground = true,
        Name = "standard input",
    }.Start();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // A terminal's Ctrl-C reaches parent and children alike, and the parent then sends SIGTERM: so only a further
        // Ctrl-C is impatience.
        context.Cancel = _stop.TrySetResult() || context.Signal != PosixSignal.SIGINT;
    }
}
