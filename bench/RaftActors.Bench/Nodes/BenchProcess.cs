using System.Diagnostics;

namespace RaftActors.Bench;

/// <summary>
/// A process of this program that answers each line on its standard input with a line on its standard output. The end
/// of standard input stops the process.
/// </summary>
internal sealed class BenchProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string _name;

    /// <summary>Starts the process.</summary>
    /// <param name="name">The name of the process in messages.</param>
    /// <param name="arguments">The arguments of this program.</param>
    public BenchProcess(string name, params IEnumerable<string> arguments)
    {
        _name = name;
        Process = Process.Start(StartInfo(arguments))!;
    }

    /// <summary>The process.</summary>
    public Process Process { get; }

    /// <summary>How this program is started with arguments.</summary>
    public static ProcessStartInfo StartInfo(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(BenchProcess).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>Gives an order, and waits for its answer. Only one order may be under way.</summary>
    /// <exception cref="BenchException">The process ended, or did not answer within three minutes.</exception>
    public async Task<string> AskAsync(string order, CancellationToken stop)
    {
        await Process.StandardInput.WriteLineAsync(order.AsMemory(), stop);
        await Process.StandardInput.FlushAsync(stop);
        try
        {
            return await Process.StandardOutput.ReadLineAsync(stop).AsTask().WaitAsync(Patience, stop)
                ?? throw new BenchException($"{_name} ended.");
        }
        catch (TimeoutException)
        {
            throw new BenchException($"{_name} did not answer '{order}' within {Patience.TotalMinutes} minutes.");
        }
    }

    /// <summary>Ends the process with SIGKILL.</summary>
    public async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.StandardInput.Close();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await Process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Process.Kill();
            }
        }
        Process.Dispose();
    }
}
