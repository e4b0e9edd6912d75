using RaftNode.Host.Commands;
using Spectre.Console;

namespace RaftNode.Host.Tests.Commands;

public sealed class FittingTableSpec
{
    private readonly FittingTable _table = new(
        new FittingColumn("id"), new FittingColumn("why", WrapsAt: 10), new FittingColumn("less", 1),
        new FittingColumn("least", 2, IsNumber: true));

    public FittingTableSpec() => _table.Add(["a1", "a long reason, which is wrapped", "1234", "123456"]);

    [Theory]
    [InlineData(35, "id why less least")]
    [InlineData(34, "id why less")]
    [InlineData(26, "id why less")]
    [InlineData(25, "id why")]
    [InlineData(1, "id why")]
    public void A_narrow_terminal_shows_the_columns_that_are_needed_most(int width, string headings) =>
        Assert.Equal(headings, string.Join(' ', _table.Headings(width)));

    [Theory]
    [InlineData(200)]
    [InlineData(35)]
    [InlineData(26)]
    [InlineData(19)]
    public void No_cell_is_cut_off_and_no_line_is_longer_than_the_terminal(int width)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;

        console.Write(_table.Render(width));

        var lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.InRange(line.TrimEnd('\r').Length, 1, width));
        Assert.DoesNotContain("…", text.ToString());
        Assert.Contains("wrapped", text.ToString());
    }
}
