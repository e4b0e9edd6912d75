namespace RaftNode.Host.Tests.Processes;

/// <summary>The libraries that a node has in its memory.</summary>
public sealed class LoadedLibrariesSpec
{
    // Each of them would bring others, and code that is compiled at every start.
    [Fact]
    public async Task A_node_with_its_default_settings_loads_no_library_that_it_does_not_need()
    {
        if (!OperatingSystem.IsLinux())
            return;
        await using var cluster = await NodeCluster.StartAsync(1);
        await cluster.LeaderAsync();
        using (var put = await cluster.Http.PutAsync(cluster.Key(0, "key"), new StringContent("value")))
            put.EnsureSuccessStatusCode();
        int process = (await cluster.StatusAsync(0))!.Pid;

        string maps = await File.ReadAllTextAsync($"/proc/{process}/maps");

        Assert.Contains("/Akka.dll", maps);
        Assert.All(Unneeded, library => Assert.DoesNotContain($"/{library}.dll", maps));
    }

    private static readonly string[] Unneeded =
    [
        "Newtonsoft.Json", "System.Configuration.ConfigurationManager", "System.Private.Xml", "linq2db", "Npgsql",
        "Hyperion", "DotNetty.Transport", "Akka.Persistence.Sql",
    ];
}
