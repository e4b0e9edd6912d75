using System.CommandLine;
using System.Net;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode health</c>: says by its exit code whether a node is ready.</summary>
internal static class HealthCommand
{
    private static readonly Option<bool> Live = new("--live")
    {
        Description = "Asks only whether the node's process runs, and not whether the node is ready.",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new DetailedCommand(
            "health",
            "Says whether a node is ready: exit code 0 if so, 1 if not, 2 if no node can be reached.",
            """
            A node is ready if it can use its store, knows a leader, and has no problem. Otherwise standard error says
            why. The command asks the first node that can be reached. For the health check of a container, name only the
            container's own node:
              raftnode health --url http://127.0.0.1:8081 --timeout 2
            """)
        {
            Live, NodeOptions.Connection, NodeOptions.Timeout,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var client = NodeOptions.Client(parsed);
            var path = parsed.GetValue(Live) ? "/health/live" : "/health/ready";
            return await NodeRequest.RunAsync(
                () => client.SendToAsync(HttpMethod.Get, path),
                isWrite: false,
                response => PrintAsync(parsed, response),
                static status => status == HttpStatusCode.ServiceUnavailable ? ExitCode.No : ExitCode.NotDone);
        });
        return command;
    }

    private static async Task PrintAsync(ParseResult parsed, HttpResponseMessage response)
    {
        var node = response.RequestMessage!.RequestUri!.GetLeftPart(UriPartial.Authority);
        var detail = (await response.Content.ReadAsStringAsync()).Trim();
        await CommandOutput.WriteAsync(
            parsed, new HealthDocument(node, detail), CommandJson.Lines.HealthDocument, detail);
    }
}
