using System.CommandLine;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode transfer</c>: transfers the leadership to another node.</summary>
internal static class TransferCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var to = new Option<string?>("--to")
        {
            HelpName = "NODE",
            Description = "The member id of the next leader. The default is the most suitable node.",
        };
        var from = new Option<string?>("--from")
        {
            HelpName = "NODE",
            Description = "Transfers the leadership only if this member leads, and otherwise does nothing. For scripts "
                + "that stop a node: give its member id, and its URL alone.",
        };
        var command = new Command(
            "transfer",
            "Transfers the leadership to another node, and prints who leads. A leader that is stopped with SIGTERM or "
                + "Ctrl-C does so by itself.")
        {
            to, from, NodeOptions.Connection, NodeOptions.Timeout,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var client = NodeOptions.Client(parsed);
            try
            {
                if (parsed.GetValue(from) is { } leaving && !await LeadsAsync(client, leaving))
                {
                    await Console.Out.WriteLineAsync($"{leaving} does not lead: nothing was done");
                    return ExitCode.Done;
                }
                using var response = await client.TransferAsync(parsed.GetValue(to));
                if (response is null)
                    return await ExitCode.FailAsync("no node can be reached");
                if (!response.IsSuccessStatusCode)
                    return await ExitCode.FailAsync(await NodeClient.DetailAsync(response));
                var (leader, term) = await NodeClient.LeaderAsync(response);
                await Console.Out.WriteLineAsync($"{leader} leads in term {term}");
                return ExitCode.Done;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                return await ExitCode.FailAsync(NodeRequest.Problem(e));
            }
        });
        return command;
    }

    private static async Task<bool> LeadsAsync(NodeClient client, string member) =>
        (await client.StatusAsync()).Any(node => node.Status is { Role: "leader" } status && status.Node == member);
}
