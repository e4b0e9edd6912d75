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
            to, from, NodeOptions.Connection, NodeOptions.Group, NodeOptions.Timeout, CommandProgress.Quiet,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var client = NodeOptions.Client(parsed);
            try
            {
                if (parsed.GetValue(from) is { } leaving && !await LeadsAsync(client, leaving))
                {
                    var detail = $"{leaving} does not lead: nothing was done";
                    await CommandOutput.WriteAsync(
                        parsed, new UnchangedDocument(detail), CommandJson.Lines.UnchangedDocument, detail);
                    return ExitCode.Done;
                }
                using var response = await CommandProgress.RunAsync(
                    parsed, "transfer of the leadership", _ => client.TransferAsync(parsed.GetValue(to)));
                if (response is null)
                    throw new CommandException(NodeClient.NoneReachable);
                if (!response.IsSuccessStatusCode)
                    throw await NodeClient.FailureAsync(response);
                var leads = await NodeClient.LeaderAsync(response);
                await CommandOutput.WriteAsync(parsed, leads, CommandJson.Lines.LeaderDocument,
                    $"{leads.Leader} leads in term {leads.Term}");
                return ExitCode.Done;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                throw new CommandException(NodeRequest.Problem(e));
            }
        });
        return command;
    }

    private static async Task<bool> LeadsAsync(NodeClient client, string member) =>
        (await client.StatusAsync()).Any(node => node.Status is { Role: "leader" } status && status.Node == member);
}
