using Spectre.Console;

namespace RaftNode.Host.Commands;

/// <summary>A column of a <see cref="FittingTable"/>.</summary>
/// <param name="Heading">The heading.</param>
/// <param name="Dispensable">
/// 0 for a column that is always shown. On a narrow terminal the columns with the highest number are left out first.
/// </param>
/// <param name="IsNumber">Whether the cells are numbers, which are aligned on the right.</param>
/// <param name="WrapsAt">The width from which on the column's text is wrapped; <c>null</c> if it never is.</param>
internal sealed record FittingColumn(
    string Heading, int Dispensable = 0, bool IsNumber = false, int? WrapsAt = null);

/// <summary>
/// A table that leaves out columns where the terminal is too narrow, because a cell that is cut off is of no use.
/// </summary>
/// <param name="columns">All columns.</param>
internal sealed class FittingTable(params IReadOnlyList<FittingColumn> columns)
{
    // A border, a space on each side of each cell, and the lines between them.
    private const int Border = 1;
    private const int PerColumn = 3;

    private readonly List<(IReadOnlyList<string> Cells, IReadOnlyDictionary<string, string> Colors)> _rows = [];

    /// <summary>Adds a row.</summary>
    /// <param name="cells">The text of each cell.</param>
    /// <param name="colors">The colors of cells, by the headings of their columns.</param>
    public void Add(IReadOnlyList<string> cells, params IEnumerable<(string Heading, string Color)> colors) =>
        _rows.Add((cells, colors.ToDictionary(static cell => cell.Heading, static cell => cell.Color)));

    /// <summary>The table as it fits a terminal.</summary>
    /// <param name="width">The width of the terminal.</param>
    public Table Render(int width)
    {
        var shown = Fitting(width);
        var table = new Table { Border = TableBorder.Rounded };
        foreach (var column in shown.Select(number => columns[number]))
        {
            table.AddColumn(new TableColumn(Markup.Escape(column.Heading))
            {
                Alignment = column.IsNumber ? Justify.Right : Justify.Left, NoWrap = column.WrapsAt is null,
            });
        }
        foreach (var (cells, colors) in _rows)
        {
            table.AddRow(shown.Select(number =>
                $"[{colors.GetValueOrDefault(columns[number].Heading, "default")}]{Markup.Escape(cells[number])}[/]")
                .ToArray());
        }
        return table;
    }

    /// <summary>The headings of the columns that fit a terminal.</summary>
    public IEnumerable<string> Headings(int width) => Fitting(width).Select(number => columns[number].Heading);

    private List<int> Fitting(int width)
    {
        List<int> shown = [.. Enumerable.Range(0, columns.Count)];
        while (shown.Sum(WidthOf) + (PerColumn * shown.Count) + Border > width
            && shown.MaxBy(number => columns[number].Dispensable) is var last && columns[last].Dispensable > 0)
            shown.Remove(last);
        return shown;
    }

    private int WidthOf(int number)
    {
        var widest = _rows.Select(row => row.Cells[number].Length).Append(columns[number].Heading.Length).Max();
        return Math.Min(widest, columns[number].WrapsAt ?? widest);
    }
}
