namespace RaftActors.Simulation;

internal static class Program
{
    private static int Main(string[] arguments) => new CommandLine(Console.Out).Run(arguments);
}
