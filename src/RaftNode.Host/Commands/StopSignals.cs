using System.Runtime.InteropServices;

namespace RaftNode.Host.Commands;

/// <summary>
/// Handles Ctrl-C and SIGTERM. The first signal asks the program to stop in an orderly way. Another Ctrl-C ends the
/// program at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _token = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP,
            PosixSignal.SIGQUIT])
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        _ = _stop.Task.ContinueWith(_ => _token.Cancel(), TaskScheduler.Default);
    }

    /// <summary>Completes when the program must stop.</summary>
    public Task Stop => _stop.Task;

    /// <summary>Is cancelled when the program must stop.</summary>
    public CancellationToken Token => _token.Token;

    /// <summary>
    /// Also stops the program when standard input ends. It ends when the parent that holds the other end of it ends, in
    /// whatever way.
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
        _token.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // A terminal sends Ctrl-C to a parent and its children, and then the parent sends SIGTERM to them. So only
        // another Ctrl-C shows that the user will not wait.
        context.Cancel = _stop.TrySetResult() || context.Signal != PosixSignal.SIGINT;
    }
}
