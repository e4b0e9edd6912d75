using System.Diagnostics;
using RaftNode.Host.Commands;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Dev;

/// <summary>A node that runs as a child process.</summary>
internal sealed class DevNode : IDisposable
{
    /// <summary>How long a child may take to stop, besides its last requests.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(12);

    private readonly string _dataDirectory;
    private readonly string? _dataOption;
    private Process? _process;
    private volatile string _lastLine = "";

    /// <summary>Makes the node without starting it.</summary>
    /// <param name="configFile">The node's file.</param>
    /// <param name="dataOption">The value of --data.</param>
    /// <exception cref="NodeStartException">The file is not the configuration of a node.</exception>
    public DevNode(string configFile, string? dataOption)
    {
        ConfigFile = configFile;
        _dataOption = dataOption;
        Settings = NodeSettings.Load(configFile, dataOption);
        _dataDirectory = Settings.DataDirectory;
    }

    /// <summary>The node's file.</summary>
    public string ConfigFile { get; }

    /// <summary>The settings of the node.</summary>
    public NodeSettings Settings { get; }

    /// <summary>The node's name.</summary>
    public string Name => Settings.Self.Id;

    /// <summary>The child's process id.</summary>
    public int ProcessId => _process?.Id ?? 0;

    /// <summary>Whether the child has ended.</summary>
    public bool HasExited => _process is { HasExited: true };

    /// <summary>The file with the child's output.</summary>
    public string LogFile => Path.Combine(_dataDirectory, "raftnode.log");

    /// <summary>The command line that starts the node again.</summary>
    public string StartCommandLine =>
        $"start --config {ConfigFile}{(_dataOption is null ? "" : $" --data {_dataOption}")}";

    /// <summary>Describes how the child ended.</summary>
    public string HowItEnded => _process switch
    {
        { HasExited: true, ExitCode: > 128 and var code } => $"ended by {Name128(code - 128)}",
        { HasExited: true, ExitCode: ExitCode.Done } => "stopped",
        { HasExited: true, ExitCode: var code } => _lastLine.Length > 0 ? _lastLine : $"ended with exit code {code}",
        _ => "",
    };

    /// <summary>Starts the child.</summary>
    public void Start()
    {
        Directory.CreateDirectory(_dataDirectory);
        var log = new StreamWriter(new FileStream(LogFile, FileMode.Append, FileAccess.Write,
            FileShare.ReadWrite)) { AutoFlush = true };
        var arguments = new List<string> { "start", "--config", ConfigFile, StartCommand.StopWithStandardInput };
        if (_dataOption is not null)
            arguments.AddRange(["--data", _dataOption]);
        _process = new Process { StartInfo = NodeCommand.Create(arguments), EnableRaisingEvents = true };
        _process.ErrorDataReceived += (_, line) => Keep(log, line.Data);
        _process.OutputDataReceived += (_, line) => Keep(log, line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Asks the child to stop, and kills it if it does not stop in time.</summary>
    public async Task StopAsync()
    {
        if (_process is null || _process.HasExited)
            return;
        Signal.SendTerminate(_process);
        using var limit = new CancellationTokenSource(Settings.Http.ShutdownTimeout + Grace);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _process?.Dispose();

    private void Keep(StreamWriter log, string? line)
    {
        if (line is null)
            return;
        lock (log)
            log.WriteLine(line);
        _lastLine = line.StartsWith("raftnode: ", StringComparison.Ordinal) ? line["raftnode: ".Length..] : line;
    }

    private static string Name128(int signal) => signal switch
    {
        2 => "SIGINT",
        6 => "SIGABRT",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        _ => $"signal {signal}",
    };
}
