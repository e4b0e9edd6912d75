using System.Diagnostics;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.Tests;

/// <summary>A seed decides everything: whoever runs it, wherever and beside what, gets the same run.</summary>
public sealed class RepeatabilitySpec
{
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void The_same_seed_sends_the_same_messages_and_writes_the_same_events_at_the_same_times(int peers)
    {
        var options = new SimulationOptions { Peers = peers };
        for (int seed = 1; seed <= 12; seed++)
        {
            var once = Simulation.Run(seed, options);
            var again = Simulation.Run(seed, options);

            Assert.Equal(once.Hash, again.Hash);
            Assert.Equal((once.Turns, once.Messages, once.Writes, once.Operations, once.Time),
                (again.Turns, again.Messages, again.Writes, again.Operations, again.Time));
        }
    }

    // The next run finds the actor systems in which the processes of the run before have died.
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_process_in_an_actor_system_in_which_others_have_died_runs_as_in_a_new_one(int peers)
    {
        var hosts = new VirtualHosts();
        for (int seed = 1; seed <= 12; seed++)
        {
            var options = new SimulationOptions { Peers = peers };
            var alone = Simulation.Run(seed, options with { Hosts = new VirtualHosts(keepsFree: false) });
            Assert.Equal(alone.Hash, Simulation.Run(seed, options with { Hosts = hosts }).Hash);
            int started = hosts.Started;
            Assert.Equal(alone.Hash, Simulation.Run(seed, options with { Hosts = hosts }).Hash);
            Assert.Equal(started, hosts.Started);
        }
    }

    [Fact]
    public void Seeds_that_run_on_several_threads_run_as_on_one_and_come_in_order()
    {
        var alone = SeedRange.Run(1, 24, 1, new SimulationOptions()).ToList();
        var together = SeedRange.Run(1, 24, 4, new SimulationOptions()).ToList();

        Assert.Equal(Enumerable.Range(1, 24), together.Select(result => result.Seed));
        Assert.Equal(alone.Select(result => (result.Hash, result.Turns)),
            together.Select(result => (result.Hash, result.Turns)));
    }

    // String hashes differ from process to process, and with them the order of whatever is kept by them.
    [Fact]
    public async Task Seeds_run_in_another_process_as_in_this_one_and_in_every_other()
    {
        var here = new StringWriter();
        Assert.Equal(0, new CommandLine(here).Run(Arguments));

        string[] others = await Task.WhenAll(RunProcessAsync(), RunProcessAsync());

        Assert.All(others, output => Assert.Equal(LastLine(here.ToString()), LastLine(output)));
        Assert.Contains("; hash ", LastLine(here.ToString()));
    }

    private static string[] Arguments => ["--seeds", "1..12", "--peers", "5"];

    private static string LastLine(string output) => output.TrimEnd().Split('\n')[^1].TrimEnd();

    private static async Task<string> RunProcessAsync()
    {
        string program = Path.Combine(AppContext.BaseDirectory, "RaftActors.Simulation.dll");
        using var process =
            Process.Start(new ProcessStartInfo("dotnet", [program, .. Arguments]) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}
