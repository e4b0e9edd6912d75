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
            NodeOptions.Connection, NodeOptions.Timeout,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var client = NodeOptions.Client(parsed);
            try
            {
                using var response = await client.SnapshotAsync();
                if (response is null)
                    return await ExitCode.FailAsync("no node can be reached");
                if (!response.IsSuccessStatusCode)
                    return await ExitCode.FailAsync(await NodeClient.DetailAsync(response));
                var (index, _, bytes) = await NodeClient.SnapshotAsync(response);
                await Console.Out.WriteLineAsync($"snapshot up to index {index}, {bytes} bytes");
                return ExitCode.Done;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                var goesOn = e is TaskCanceledException ? "; the node goes on with the snapshot" : "";
                return await ExitCode.FailAsync(NodeRequest.Problem(e) + goesOn);
            }
        });
        return command;
    }
}
