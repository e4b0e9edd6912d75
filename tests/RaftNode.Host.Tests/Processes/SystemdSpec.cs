using System.Net.Sockets;
using System.Text;
using RaftNode.Host.Commands;
using RaftNode.Host.Dev;

namespace RaftNode.Host.Tests.Processes;

/// <summary>What systemd hears of a node that it runs as a service with <c>Type=notify</c>.</summary>
public sealed class SystemdSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly int _port = FreePorts.Range(2);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_node_says_when_it_serves_and_when_it_stops()
    {
        string path = _directory.In("notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        string file = ClusterFiles.Write(_directory.In("conf"), 1, _port, _port + 1)[0];
        string[] start = ["start", "--config", file, "--data", _directory.In("data")];

        await using var run = ProgramRun.StartWith("NOTIFY_SOCKET", path, start);

        Assert.Equal("READY=1", await HearAsync(systemd));
        using var http = new HttpClient(NodeConnection.Handler(ProgramRun.Patience));
        Assert.Equal("live\n", await http.GetStringAsync($"http://127.0.0.1:{_port + 1}/health/live"));
        run.Terminate();
        Assert.Equal("STOPPING=1", await HearAsync(systemd));
        Assert.Equal(ExitCode.Done, await run.ExitAsync());
    }

    private static async Task<string> HearAsync(Socket systemd)
    {
        var message = new byte[1000];
        int length = await systemd.ReceiveAsync(message).WaitAsync(ProgramRun.Patience);
        return Encoding.UTF8.GetString(message, 0, length).Trim();
    }
}
