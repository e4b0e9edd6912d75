using RaftNode.Host.Commands;
using RaftNode.Host.Tests.Access;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Commands;

/// <summary>Commands that are given http for a node with TLS, or https for a node without.</summary>
public sealed class NodeSchemeSpec
{
    private const string Plain = "raftnode.http { tls.certificate = \"\", access.tokens = \"\" }\n";

    [Fact]
    public async Task With_http_at_a_port_with_TLS_verbs_say_to_use_https_and_that_nothing_was_done()
    {
        await using var node = await SecureNode.StartedAsync();
        string wrong = node.Url.Replace("https:", "http:");

        await AllSayAsync(node, wrong,
            $"the node answers with TLS only: use {node.Url} (and --cacert, the file with the certificate "
                + "authorities)");
    }

    [Fact]
    public async Task With_https_at_a_port_without_TLS_verbs_say_to_use_http()
    {
        await using var node = await SecureNode.StartedAsync(Plain);
        string right = node.Url.Replace("https:", "http:");

        await AllSayAsync(node, node.Url, $"the node has no TLS: use {right}");
    }

    [Fact]
    public async Task A_node_that_wants_a_certificate_is_known_by_its_own()
    {
        await using var node = await SecureNode.StartedAsync("""
            raftnode.http.tls { client-ca = "CA_FILE", client-certificates = required }
            raftnode.http.access.certificates.write = [ "CN=app" ]

            """);

        var (code, _, errors) =
            await ProgramRun.ToEndAsync(["put", "key", "value", "--url", node.Url.Replace("https:", "http:")]);

        Assert.Equal(ExitCode.NotDone, code);
        Assert.Contains($"the node answers with TLS only: use {node.Url}", Assert.Single(errors));
    }

    [Fact]
    public async Task A_node_that_is_there_with_its_scheme_is_none_of_these()
    {
        await using var node = await SecureNode.StartedAsync();

        // Of an authority that the client does not know.
        Assert.Null(await NodeScheme.FindAsync(new Uri(node.Url), CancellationToken.None));
        Assert.Null(await NodeScheme.FindAsync(
            new Uri($"http://127.0.0.1:{FreePorts.Range(1)}"), CancellationToken.None));
    }

    private static async Task AllSayAsync(SecureNode node, string wrong, string advice)
    {
        // A verb for each way in which verbs ask nodes.
        string[][] verbs =
        [
            ["put", "key", "value"], ["member", "list"], ["backup", node.In("kv.backup")], ["top"], ["watch"],
            ["bench"],
        ];
        foreach (string[] verb in verbs)
        {
            var (code, output, errors) = await ProgramRun.ToEndAsync([.. verb, "--url", wrong]);
            Assert.True(code == ExitCode.NotDone, $"{verb[0]}: {code}, {output}{string.Join('\n', errors)}");
            Assert.Equal($"raftnode: {wrong}: {advice}", errors[^1]);
        }
        // The status of a node is a row.
        var status = await ProgramRun.ToEndAsync(["status", "--url", wrong]);
        Assert.Equal((ExitCode.NotDone, $"{new Uri(wrong).Authority} {advice}"), (status.Code, status.Output));
    }
}
