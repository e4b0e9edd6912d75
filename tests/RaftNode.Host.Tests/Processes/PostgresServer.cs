using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace RaftNode.Host.Tests.Processes;

/// <summary>
/// A PostgreSQL server of the specs' own: a new cluster in a temporary directory, on a free port of 127.0.0.1. It does
/// not outlive the test run, even one that is killed.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Administrator = "postgres";
    private const string Role = "raftnode";
    private const string Password = "let-me-in";

    // The server ends when standard input does, and so with this process. It says which process it is first.
    private const string EndWithInput =
        "\"$@\" & server=$!; echo $server; cat > /dev/null; kill -INT $server 2> /dev/null; wait $server";

    // What is tested is the death of processes, not of the machine: the operating system keeps what it was given.
    private const string WithoutFlush = "fsync=off";

    private static readonly Lazy<Task<PostgresServer>> ForAll = new(StartForAllAsync);

    private readonly TemporaryDirectory _directory;
    private readonly List<string> _lines = [];
    private readonly string[] _settings;
    private Process? _process;
    private int _databases;

    private PostgresServer(TemporaryDirectory directory, int port, string[] settings)
    {
        _directory = directory;
        _settings = settings;
        Port = port;
    }

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The server's own process: the parent of those that serve connections.</summary>
    public int ProcessId { get; private set; }

    /// <summary>What the server wrote, for the message of a failure.</summary>
    public string Transcript
    {
        get
        {
            lock (_lines)
                return string.Join('\n', _lines);
        }
    }

    /// <summary>
    /// The server that all specs share which do it no harm. It starts for the first of them and ends with the test run.
    /// </summary>
    public static Task<PostgresServer> SharedAsync() => ForAll.Value;

    /// <summary>Makes a new cluster and starts its server, for a spec that stops, kills or pauses it.</summary>
    /// <param name="settings">Settings of the server, such as <c>max_connections=20</c>.</param>
    public static async Task<PostgresServer> StartAsync(params string[] settings)
    {
        var server = new PostgresServer(new TemporaryDirectory(), FreePorts.Range(1), settings);
        try
        {
            server.Initialize();
            await server.StartAgainAsync();
            await server.ExecuteAsync($"CREATE ROLE {Role} LOGIN PASSWORD '{Password}'");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty database, which belongs to the role that nodes connect as.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"spec{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name} OWNER {Role}");
        return ConnectionString(name);
    }

    /// <summary>How nodes connect to a database.</summary>
    public string ConnectionString(string database, string user = Role, string password = Password)
    {
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Port,
            Database = database,
            Username = user,
            Password = password,
            Timeout = 5,
            CommandTimeout = 10,
        };
        return connection.ConnectionString;
    }

    /// <summary>Executes a statement as the administrator.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="connectionString">Names the database to execute it in; by default the administrator's.</param>
    /// <returns>How many rows it changed.</returns>
    public async Task<int> ExecuteAsync(string statement, string? connectionString = null)
    {
        await using var connection = await OpenAsync(connectionString);
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Asks for a value as the administrator.</summary>
    public async Task<object?> QueryAsync(string statement, string? connectionString = null)
    {
        await using var connection = await OpenAsync(connectionString);
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Stops the server as an administrator does: transactions are broken off, connections closed.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
            return;
        await ContinueAsync();
        process.StandardInput.Close();
        await EndedAsync(process);
    }

    /// <summary>Starts the server on the data that it left, and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        if (_process is not null)
            throw new InvalidOperationException("The server runs.");
        string[] where = ["-D", Data, "-p", $"{Port}", "-h", "127.0.0.1", "-k", _directory.Path];
        var settings = _settings.Prepend(WithoutFlush).SelectMany(static setting => (string[])["-c", setting]);
        var command = PostgresInstallation.Command("postgres", [.. where, .. settings]);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("/bin/sh", ["-c", EndWithInput, "sh", .. command])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = _directory.Path,
            },
        };
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        _process = process;
        ProcessId = int.Parse((await process.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        process.BeginErrorReadLine();
        await Eventually.IsTrueAsync("PostgreSQL to answer", AnswersAsync, () => Transcript);
    }

    /// <summary>Stops the server and starts it again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    /// <summary>SIGKILL for all processes of the server, as when the machine fails.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        // While they stand still it is known whose children they are, and none is added.
        await PauseAsync();
        Signal(UnixSignal.Kill, [.. ChildrenOf(ProcessId), ProcessId]);
        process.StandardInput.Close();
        await EndedAsync(process);
    }

    /// <summary>SIGSTOP for all processes of the server: its connections stay open, and nothing is answered.</summary>
    public async Task PauseAsync()
    {
        // The parent first: a parent that stands still starts no more children.
        Signal(UnixSignal.Stop, [ProcessId]);
        await StateIsAsync(stopped: true);
        Signal(UnixSignal.Stop, ChildrenOf(ProcessId));
    }

    /// <summary>SIGCONT.</summary>
    public async Task ContinueAsync()
    {
        Signal(UnixSignal.Continue, [.. ChildrenOf(ProcessId), ProcessId]);
        await StateIsAsync(stopped: false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }

    private string Data => _directory.In("data");

    private static async Task<PostgresServer> StartForAllAsync()
    {
        var server = await StartAsync("max_connections=200");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return server;
    }

    private void Initialize()
    {
        PostgresInstallation.GiveAway(_directory.Path);
        var password = _directory.Write("password", Password);
        PostgresInstallation.GiveAway(password);
        PostgresInstallation.Run(PostgresInstallation.Command(
            "initdb", "-D", Data, "-U", Administrator, "--pwfile", password, "--auth-host=scram-sha-256",
            "--auth-local=trust", "--encoding=UTF8", "--locale=C", "--no-sync"));
    }

    private async Task<NpgsqlConnection> OpenAsync(string? connectionString)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database ?? Administrator;
        var connection = new NpgsqlConnection($"{ConnectionString(database, Administrator)};Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process is null or { HasExited: true } || !IsRunning(ProcessId))
            throw new InvalidOperationException($"PostgreSQL ended:\n{Transcript}");
        try
        {
            await using var connection = await OpenAsync(null);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static void Signal(int signal, IEnumerable<int> processes)
    {
        foreach (var process in processes)
            UnixSignal.Send(process, signal);
    }

    private Task StateIsAsync(bool stopped) => Eventually.IsTrueAsync(
        $"the server to {(stopped ? "stand still" : "go on")}",
        () => Task.FromResult(StateOf(ProcessId) is 'T' == stopped),
        () => Transcript);

    private async Task EndedAsync(Process process)
    {
        using var limit = new CancellationTokenSource(ProgramRun.Patience);
        await process.WaitForExitAsync(limit.Token);
        process.Dispose();
        _process = null;
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        lock (_lines)
            _lines.Add(line);
    }

    private static List<int> ChildrenOf(int parent)
    {
        var children = new List<int>();
        foreach (var directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid))
                continue;
            if (StatOf(pid) is [_, var its, ..] && its == $"{parent}")
                children.Add(pid);
        }
        return children;
    }

    private static bool IsRunning(int pid) => StateOf(pid) is not (null or 'Z');

    private static char? StateOf(int pid) => StatOf(pid) is [[var state, ..], ..] ? state : null;

    // "pid (name) state parent ...", where the name may hold anything.
    private static string[] StatOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }
}
