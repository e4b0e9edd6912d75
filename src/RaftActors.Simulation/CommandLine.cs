using System.Diagnostics;
using System.Globalization;
using RaftActors.Simulation.Faults;

namespace RaftActors.Simulation;

/// <summary>Runs ranges of seeds.</summary>
internal sealed class CommandLine(TextWriter output)
{
    private const string Usage = """
        Runs clusters of production peers in virtual time, one run a seed, and checks what must always hold.

          --seeds 1..10000   the seeds; a single one with its trace
          --peers 3          how many peers a cluster has
          --jobs 2           how many seeds are run at the same time, each on a thread of its own
          --faults a,b       only these kinds of faults; none for none
          --keep-going       go on after a violation
          --quiet            of a violation only a line
          --no-shrink        do not look for a smaller plan of faults that fails alike

        The exit code is 0 if every seed is clean, 1 if one is not, and 2 if the arguments are wrong.
        """;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private SimulationOptions _options = new();
    private (int First, int Last) _seeds = (1, 100);
    private int _jobs = 1;
    private bool _keepGoing;
    private bool _quiet;
    private bool _shrink = true;

    /// <summary>Runs the command line.</summary>
    /// <returns>The exit code.</returns>
    public int Run(string[] arguments)
    {
        try
        {
            if (!Read(arguments))
            {
                output.WriteLine(Usage);
                return 0;
            }
        }
        catch (FormatException problem)
        {
            output.WriteLine(problem.Message);
            output.WriteLine(Usage);
            return 2;
        }
        return RunSeeds() ? 0 : 1;
    }

    private bool RunSeeds()
    {
        var watch = Stopwatch.StartNew();
        var reported = TimeSpan.Zero;
        long turns = 0, operations = 0;
        ulong hash = 0;
        var time = TimeSpan.Zero;
        int violations = 0, done = 0;
        foreach (var result in SeedRange.Run(_seeds.First, _seeds.Last, _jobs, _options))
        {
            done++;
            hash = unchecked((hash * 31) + result.Hash);
            turns += result.Turns;
            operations += result.Operations;
            time += result.Time;
            if (!result.IsClean)
            {
                violations++;
                Report(result);
                if (!_keepGoing)
                    break;
            }
            if (watch.Elapsed - reported < ProgressInterval)
                continue;
            reported = watch.Elapsed;
            Progress(watch.Elapsed, done, violations, time);
        }
        Progress(watch.Elapsed, done, violations, time);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{turns} turns of actors, {operations} operations of clients answered; hash {hash:x16}."));
        return violations == 0;
    }

    private void Progress(TimeSpan elapsed, int done, int violations, TimeSpan time) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{_options.Peers} peers, seeds {_seeds.First}..{_seeds.First + done - 1}: {violations} violations, "
        + $"{elapsed.TotalSeconds:0.0} s, {done / elapsed.TotalSeconds:0.0} seeds a second, "
        + $"{Environment.CpuUsage.TotalTime.TotalSeconds:0.0} s of processor time, "
        + $"{time / elapsed:0} times faster than real time"));

    private void Report(SimulationResult result)
    {
        output.WriteLine($"Seed {result.Seed} of {_options.Peers} peers violates {result.Violation!.Message}");
        if (_keepGoing || _quiet)
            return;
        if (_shrink)
        {
            int before = result.Faults.Count;
            result = Shrinker.Shrink(result, _options);
            output.WriteLine($"{result.Faults.Count} of its {before} faults are enough:");
        }
        foreach (var fault in result.Faults)
            output.WriteLine(fault);
        output.WriteLine();
        Simulation.Run(result.Seed, _options with { Faults = result.Faults, Trace = output.WriteLine });
        output.WriteLine($"Seed {result.Seed} of {_options.Peers} peers violates {result.Violation!.Message}");
    }

    private bool Read(string[] arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            string Value() =>
                ++i < arguments.Length ? arguments[i] : throw new FormatException($"{arguments[i - 1]} wants a value.");
            switch (arguments[i])
            {
                case "--seeds":
                    _seeds = Range(Value());
                    break;
                case "--peers":
                    _options = _options with { Peers = Number(Value()) };
                    break;
                case "--jobs":
                    _jobs = Math.Max(1, Number(Value()));
                    break;
                case "--faults":
                    _options = _options with { Kinds = Kinds(Value()) };
                    break;
                case "--keep-going":
                    _keepGoing = true;
                    break;
                case "--quiet":
                    _quiet = true;
                    break;
                case "--no-shrink":
                    _shrink = false;
                    break;
                case "--help" or "-h":
                    return false;
                default:
                    throw new FormatException($"What is {arguments[i]}?");
            }
        }
        return true;
    }

    private static (int First, int Last) Range(string text)
    {
        string[] ends = text.Split("..");
        return (Number(ends[0]), Number(ends[^1]));
    }

    private static int Number(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new FormatException($"{text} is no number.");

    private static List<FaultKind> Kinds(string text) =>
        text == "none"
            ? []
            : text.Split(',').Select(name => Enum.TryParse<FaultKind>(name, ignoreCase: true, out var kind)
        ? kind
        : throw new FormatException($"{name} is no kind of fault; there are "
            + $"{string.Join(", ", Enum.GetNames<FaultKind>())}.")).ToList();
}
