using System.Diagnostics;

namespace RaftNode.Host.Tests.Processes;

/// <summary>
/// A run of a real program. Its standard input is held open by this process, so nodes that are told to end with it do
/// not outlive a test run that is killed.
/// </summary>
internal sealed partial class ProgramRun : IAsyncDisposable
{
    /// <summary>Long enough for a loaded machine; nothing waits for it to pass.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _errors = [];
    private readonly List<string> _output = [];

    private ProgramRun(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote to standard error so far.</summary>
    public IReadOnlyList<string> Errors => Copy(_errors);

    /// <summary>What it wrote to standard output so far.</summary>
    public IReadOnlyList<string> Output => Copy(_output);

    /// <summary>Starts a program.</summary>
    public static ProgramRun Start(ProcessStartInfo start) => new(start);

    /// <summary>Waits for the end.</summary>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The program did not end. It wrote:\n{Transcript}");
        }
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: the process gets no chance to do anything more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        _ = await ExitAsync();
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Send(UnixSignal.Terminate);

    /// <summary>SIGSTOP: the process stands still, and its sockets stay open.</summary>
    public void Pause() => Send(UnixSignal.Stop);

    /// <summary>SIGCONT.</summary>
    public void Continue() => Send(UnixSignal.Continue);

    /// <summary>Ends its standard input.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>What it wrote, for the message of a failure.</summary>
    public string Transcript => string.Join('\n', Output.Concat(Errors));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Send(int signal)
    {
        if (!_process.HasExited)
            UnixSignal.Send(_process.Id, signal);
    }

    private static void Keep(List<string> lines, string? line)
    {
        if (line is null)
            return;
        lock (lines)
            lines.Add(line);
    }

    private static List<string> Copy(List<string> lines)
    {
        lock (lines)
            return [.. lines];
    }
}
