namespace RaftActors.Simulation.Tests;

public sealed class CommandLineSpec
{
    [Fact]
    public void A_clean_range_ends_with_0_and_says_how_fast_it_was()
    {
        var output = new StringWriter();

        Assert.Equal(0, new CommandLine(output).Run(["--seeds", "1..3", "--peers", "3", "--faults", "Crash,Pause"]));

        Assert.Contains("3 peers, seeds 1..3: 0 violations", output.ToString());
        Assert.Contains("seeds a second", output.ToString());
    }

    [Theory]
    [InlineData("--seeds", "x", "x is no number.")]
    [InlineData("--faults", "Rain", "Rain is no kind of fault")]
    [InlineData("--what", "", "What is --what?")]
    public void What_it_does_not_understand_it_says_and_ends_with_2(string option, string value, string problem)
    {
        var output = new StringWriter();

        Assert.Equal(2, new CommandLine(output).Run([option, value]));

        Assert.Contains(problem, output.ToString());
    }
}
