using System.Text.Json;

namespace RaftActors.Bench.Tests;

public class ReadingsSpec
{
    // As commit 493489c writes it, without the figures that are not read.
    private const string Load = """
        {"kind":"load","label":"x","at":"2026-11-29T07:03:18+00:00","machine":"m",
        "run":{"workload":"propose","nodes":3,"oneDead":false,
        "order":{"clients":16,"warmUpSeconds":3,"seconds":12,"bytes":256,"rate":null,"keys":10000},
        "result":{"operationsPerSecond":1000,"p50":0.5,"p99":3,"p999":4,"max":5,"failures":0,
        "p90":1,"p9999":4.5,"seconds":[],"reasons":{}},
        "processes":[{"name":"driver","cores":0.9,"allocatedMegabytesPerSecond":9,"pauseMilliseconds":0,
        "gen0":0,"gen2":0,"residentMegabytes":900,"peakMegabytes":900},
        {"name":"node1","cores":0.1,"allocatedMegabytesPerSecond":1,"pauseMilliseconds":0,
        "gen0":0,"gen2":0,"residentMegabytes":90,"peakMegabytes":120},
        {"name":"node2 (leader)","cores":0.2,"allocatedMegabytesPerSecond":1,"pauseMilliseconds":0,
        "gen0":0,"gen2":0,"residentMegabytes":100,"peakMegabytes":110}],
        "grown":null,"memory":[],"processorMicrosecondsPerOperation":300,"allocatedBytesPerOperation":2097}}
        """;

    [Fact]
    public void A_load_gives_its_speed_latencies_and_cost_by_its_number_of_clients()
    {
        var readings = Readings.OfLoad(Results(Load));

        Assert.Equal(new Reading("propose C=16", "ops/s", Better.Higher, 1000), readings[0]);
        Assert.Equal(0.5, Value(readings, "propose C=16, p50"));
        Assert.Equal(3, Value(readings, "propose C=16, p99"));
        Assert.Equal(300, Value(readings, "propose C=16, processor time"), 0.001);
        Assert.Equal(2 * 1024 * 1024 / 1000.0, Value(readings, "propose C=16, allocated"), 0.001);
        Assert.All(readings.Skip(1), reading => Assert.Equal(Better.Lower, reading.Better));
    }

    [Fact]
    public void What_nodes_use_is_that_of_the_node_that_uses_most_and_not_of_the_driver()
    {
        var readings = Readings.OfUse("idle", Results(Load));

        Assert.Equal(100, Value(readings, "idle resident"));
        Assert.Equal(120, Value(readings, "idle, most resident"));
        Assert.Equal(20, Value(readings, "idle processor"));
    }

    [Fact]
    public void Trials_of_failover_give_their_median_and_the_longest()
    {
        var readings = Readings.OfFailover(Results(Trial(80), Trial(300), Trial(90)));

        Assert.Equal((90, 300), (Value(readings, "failover"), Value(readings, "failover, longest")));

        static string Trial(int milliseconds) => $$$"""
            {"kind":"failover","label":"x","at":"2026-11-29T07:03:18+00:00","machine":"m",
            "run":{"busy":0,"killed":"node1","milliseconds":{{{milliseconds}}},"tries":1}}
            """;
    }

    [Fact]
    public void Trials_of_restart_give_the_median_gap_and_the_time_to_stop()
    {
        var readings = Readings.OfRestart(Results(Trial(20, 100), Trial(30, 300), Trial(25, 200)));

        Assert.Equal((25, 200), (Value(readings, "restart"), Value(readings, "restart, time to stop")));

        static string Trial(int gap, int stop) => $$$"""
            {"kind":"restart","label":"x","at":"2026-11-29T07:03:18+00:00","machine":"m",
            "run":{"stopped":"node1","stopMilliseconds":{{{stop}}},"longestGap":{{{gap}}},"usualGap":1,"failed":0}}
            """;
    }

    [Fact]
    public void The_lines_that_recovery_prints_are_read()
    {
        const string printed = """
            2 x AMD EPYC, 23 GiB
            One node, 20000 entries of 256 bytes: from the start of the process until all is applied
            without a snapshot: 2.90 s, 481 MiB resident, 3.4 s of processor time
            a snapshot of 0.0 MiB took 12 ms
            with a snapshot: 0.74 s, 80 MiB resident, 1.1 s of processor time
            """;

        var readings = Readings.OfRecovery(new BenchOutput(printed, []));

        Assert.Equal(
            [
                new Reading("recovery without a snapshot", "s", Better.Lower, 2.9),
                new Reading("recovery without a snapshot, resident", "MiB", Better.Lower, 481),
                new Reading("recovery without a snapshot, processor", "s", Better.Lower, 3.4),
                new Reading("recovery with a snapshot", "s", Better.Lower, 0.74),
                new Reading("recovery with a snapshot, resident", "MiB", Better.Lower, 80),
                new Reading("recovery with a snapshot, processor", "s", Better.Lower, 1.1),
            ],
            readings);
    }

    [Fact]
    public void Output_of_recovery_without_those_lines_is_an_error_that_shows_it()
    {
        var output = new BenchOutput("nothing of the kind", []);

        var error = Assert.Throws<BenchException>(() => Readings.OfRecovery(output));

        Assert.Contains("nothing of the kind", error.Message, StringComparison.Ordinal);
    }

    private static BenchOutput Results(params string[] lines) =>
        new("", [.. lines.Select(line => JsonSerializer.Deserialize<ResultLine>(line, JsonSerializerOptions.Web)!)]);

    private static double Value(IReadOnlyList<Reading> readings, string figure) =>
        Assert.Single(readings, reading => reading.Figure == figure).Value;
}
