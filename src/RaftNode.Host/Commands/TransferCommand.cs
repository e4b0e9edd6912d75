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
        var command = new Command(
            "transfer",
            "Transfers the leadership to another node, and prints who leads. A leader that is stopped with SIGTERM or "
                + "Ctrl-C does so by itself.")
        {
            to, NodeOptions.Connection, NodeOptions.Timeout,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var client = NodeOptions.Client(parsed);
            try
            {
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
}
