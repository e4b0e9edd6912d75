using System.Globalization;

namespace RaftActors.Bench;

/// <summary>The parts of a comparison.</summary>
internal enum Compared
{
    /// <summary>Proposals inside the leader.</summary>
    Propose,

    /// <summary>Puts over HTTP.</summary>
    Put,

    /// <summary>Linearizable gets over HTTP.</summary>
    Get,

    /// <summary>Nodes without requests.</summary>
    Idle,

    /// <summary>Nodes at half of the load that they can take.</summary>
    Half,

    /// <summary>The kill of the leader.</summary>
    Failover,

    /// <summary>The orderly restart of the leader.</summary>
    Restart,

    /// <summary>The start of a node with a long log.</summary>
    Recovery,
}

/// <summary>A command of the bench program that both builds run in turn.</summary>
/// <param name="What">The part that the command measures.</param>
/// <param name="Arguments">The command and its options.</param>
/// <param name="WritesResults">Whether the command has the option --json.</param>
/// <param name="Read">Makes readings from the output.</param>
internal sealed record ComparePart(
    Compared What, IReadOnlyList<string> Arguments, bool WritesResults, Func<BenchOutput, IReadOnlyList<Reading>> Read)
{
    // An open load of less than one operation in the measured time leaves the cluster idle; only the counters are read.
    private const double IdleRate = 0.001;

    /// <summary>Makes the parts of a comparison.</summary>
    /// <param name="options">The options of the comparison.</param>
    /// <param name="halfRate">Half of the operations a second that the nodes can take.</param>
    public static IReadOnlyList<ComparePart> All(CompareOptions options, double halfRate) =>
        [.. options.What.Select(what => Of(what, options, halfRate))];

    private static ComparePart Of(Compared what, CompareOptions options, double halfRate) => what switch
    {
        Compared.Propose => new(what, Load("propose", options, options.Clients), true, Readings.OfLoad),
        Compared.Put => new(what, Load("put", options, options.HttpClients), true, Readings.OfLoad),
        Compared.Get => new(what, Load("get", options, options.HttpClients), true, Readings.OfLoad),
        Compared.Idle => new(what, Rate(options, IdleRate), true, output => Readings.OfUse("idle", output)),
        Compared.Half => new(what, Rate(options, halfRate), true, output => Readings.OfUse("half load", output)),
        Compared.Failover => new(what, ["failover", "--trials", Text(options.Trials)], true, Readings.OfFailover),
        Compared.Restart => new(what, ["restart", "--trials", Text(options.Trials)], true, Readings.OfRestart),
        _ => new(what, ["recovery", "--entries", Text(options.Entries)], false, Readings.OfRecovery),
    };

    private static IReadOnlyList<string> Load(string workload, CompareOptions options, IReadOnlyList<int> clients) =>
    [
        "load", "--only", workload, "--clients", .. clients.Select(count => Text(count)),
        "--warm-up", Text(options.WarmUpSeconds), "--seconds", Text(options.Seconds),
    ];

    private static IReadOnlyList<string> Rate(CompareOptions options, double rate) =>
    [
        "load", "--only", "propose", "--rate", Text(rate),
        "--warm-up", Text(options.UseSeconds), "--seconds", Text(options.UseSeconds),
    ];

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
