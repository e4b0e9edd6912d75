using System.CommandLine;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode snapshot</c>: makes a node take a snapshot.</summary>
internal static class SnapshotCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "snapshot",
            "Makes a node take a snapshot now, and drop the entries that the snapshot covers from its log. The first "
                + "node that can be reached does it. Nodes also do so by themselves as their logs grow.")
        {
            NodeOptions.Connection, NodeOptions.Group, NodeOptions.Timeout,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var client = NodeOptions.Client(parsed);
            try
            {
                using var response = await client.SnapshotAsync();
                if (response is null)
                    throw new CommandException(NodeClient.NoneReachable);
                if (!response.IsSuccessStatusCode)
                    throw await NodeClient.FailureAsync(response);
                var taken = await NodeClient.SnapshotAsync(response);
                await CommandOutput.WriteAsync(parsed, taken, CommandJson.Lines.SnapshotDocument,
                    $"snapshot up to index {taken.Index}, {taken.Bytes} bytes");
                return ExitCode.Done;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                var goesOn = e is TaskCanceledException ? "; the node goes on with the snapshot" : "";
                throw new CommandException(NodeRequest.Problem(e) + goesOn);
            }
        });
        return command;
    }
}
