using RaftNode.Host.Commands;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Access;

/// <summary><c>raftnode check</c> on addresses, certificates and tokens.</summary>
public sealed class SecurityChecksSpec
{
    private const string RemoteTls = "raftnode.remote.tls { certificate = \"PEER_FILE\", ca = \"CA_FILE\" }\n";

    [Fact]
    public async Task All_that_would_stop_the_start_is_found_at_once_and_said_in_the_words_of_the_start()
    {
        await using var node = new SecureNode(RemoteTls);
        ShowTokensToOthers(node);
        File.WriteAllText(node.Certificate,
            node.Authority.IssuePem("node", until: DateTimeOffset.UtcNow.AddMinutes(-1)));

        var (code, rows) = await CheckAsync(node);

        Assert.Equal(ExitCode.No, code);
        Assert.Equal(
            [
                await node.RefusedAsync(),
                await RefusedAfterAsync(() => node.Write("peer.pem", node.Authority.IssuePem("peer"))),
                await RefusedAfterAsync(() => File.WriteAllText(node.Certificate, node.Authority.IssuePem("node"))),
            ],
            [
                Said(rows, "certificate", "TLS between nodes: "), Said(rows, "certificate", "HTTP is not started: "),
                Said(rows, "tokens", "HTTP is not started: "),
            ]);
        Assert.Equal(3, rows.Count(static row => row.StartsWith("error ", StringComparison.Ordinal)));
        // The other rows are there all the same.
        Assert.Contains(rows, static row => row.StartsWith("ok        settings: ", StringComparison.Ordinal));
        Assert.Contains(rows, static row => row.StartsWith("ok        ports: ", StringComparison.Ordinal));

        async Task<string> RefusedAfterAsync(Action mended)
        {
            mended();
            return await node.RefusedAsync();
        }
    }

    [Fact]
    public async Task An_exposed_address_hides_no_other_problem()
    {
        await using var node = new SecureNode("raftnode.http { address = \"0.0.0.0\", tls.certificate = \"\" }\n");
        ShowTokensToOthers(node);

        var (code, rows) = await CheckAsync(node);

        Assert.Equal(ExitCode.No, code);
        Assert.Equal(
            await node.RefusedAsync(), Said(rows, "address", "raftnode.http.address = 0.0.0.0: other machines"));
        Assert.Contains($"chmod 600 {node.TokenFile}", Said(rows, "tokens", "HTTP is not started: "));
    }

    [Fact]
    public async Task Files_that_can_be_used_are_named_and_a_certificate_that_expires_soon_is_a_warning()
    {
        await using var node = new SecureNode(RemoteTls);
        node.Write("peer.pem",
            node.Authority.IssuePem("peer", until: DateTimeOffset.UtcNow.AddDays(5).AddHours(1)));

        var (code, rows) = await CheckAsync(node);

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains(rows, static row => row.StartsWith(
            "ok        certificate: HTTP: CN=node is valid until ", StringComparison.Ordinal));
        Assert.Contains($"ok        tokens: {node.TokenFile} has 3 tokens.", rows);
        Assert.Contains(rows, row => row.StartsWith(
            $"warning   certificate: TLS between nodes: The certificate in {node.In("peer.pem")} expires on ",
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_peer_that_other_machines_can_reach_without_TLS_is_a_warning()
    {
        await using var node = new SecureNode("akka.remote.dot-netty.tcp.hostname = \"0.0.0.0\"\n"
            + "akka.remote.dot-netty.tcp.public-hostname = \"127.0.0.1\"\n");

        var (code, rows) = await CheckAsync(node);

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains(rows, static row => row.StartsWith(
            "warning   address: Other nodes reach this one at 127.0.0.1:", StringComparison.Ordinal)
            && row.EndsWith("Set raftnode.remote.tls, or keep others away from the port.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_with_TLS_that_runs_is_known_by_its_certificate_and_its_answer()
    {
        await using var node = await SecureNode.StartedAsync();
        string token = node.Write("read.token", node.Token(Role.Read));

        var (_, rows) = await CheckAsync(node, "--cacert", node.AuthorityFile, "--token-file", token);
        var (code, unknown) = await CheckAsync(node);

        Assert.Contains(rows, static row => row.StartsWith("ok        ports: a runs, and has the ports",
            StringComparison.Ordinal));
        Assert.Equal(ExitCode.No, code);
        Assert.Contains(unknown, static row => row.StartsWith("error     ports: ", StringComparison.Ordinal)
            && row.Contains("If a itself runs there, it did not say so: no TLS connection: its certificate (CN=node",
                StringComparison.Ordinal)
            && row.Contains("--cacert", StringComparison.Ordinal));
    }

    private static void ShowTokensToOthers(SecureNode node) => File.SetUnixFileMode(node.TokenFile,
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

    // An error, as the start says it.
    private static string Said(string[] rows, string name, string begin) => "raftnode: " + Assert.Single(rows, row =>
        row.StartsWith($"error     {name}: {begin}", StringComparison.Ordinal))[$"error     {name}: ".Length..];

    private static async Task<(int Code, string[] Rows)> CheckAsync(SecureNode node, params string[] options)
    {
        var (code, output, errors) = await ProgramRun.ToEndAsync(
            ["check", "--config", node.ConfigFile, "--data", node.In("data"), .. options]);
        Assert.Empty(errors);
        return (code, output.Split('\n'));
    }
}
