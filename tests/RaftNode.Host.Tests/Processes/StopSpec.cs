using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Processes;

public sealed class StopSpec
{
    [Fact]
    public async Task SIGTERM_stops_a_node_in_order()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        cluster.Run(0).Terminate();
        Assert.Equal(ExitCode.Done, await cluster.Run(0).ExitAsync());
    }

    [Fact]
    public async Task A_node_that_is_tied_to_its_parent_stops_when_standard_input_ends()
    {
        await using var cluster = await NodeCluster.StartAsync(1);
        cluster.Run(0).CloseInput();
        Assert.Equal(ExitCode.Done, await cluster.Run(0).ExitAsync());
    }

    [Theory]
    [OnJournal(NodeJournal.Sqlite)]
    [OnJournal(NodeJournal.Sql)]
    [OnJournal(NodeJournal.Postgresql)]
    public async Task What_was_acknowledged_is_there_after_a_stop_and_after_a_kill(NodeJournal journal)
    {
        await using var cluster = await NodeCluster.StartAsync(1, journal: journal);
        for (var round = 0; round < 2; round++)
        {
            using var put =
                await cluster.Http.PutAsync(cluster.Key(0, $"key{round}"), new StringContent($"value{round}"));
            put.EnsureSuccessStatusCode();
            if (round == 0)
                await cluster.KillAsync(0);
            else
                cluster.Run(0).Terminate();
            await cluster.Run(0).ExitAsync();
            cluster.Start(0);
            await cluster.ReadyAsync(0);
            for (var before = 0; before <= round; before++)
                Assert.Equal($"value{before}", await cluster.Http.GetStringAsync(cluster.Key(0, $"key{before}")));
        }
    }
}
