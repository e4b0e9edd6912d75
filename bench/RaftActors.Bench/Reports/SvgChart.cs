using System.Globalization;
using System.Net;
using System.Text;

namespace RaftActors.Bench;

/// <summary>A point of a chart.</summary>
/// <param name="X">The horizontal position.</param>
/// <param name="Y">The vertical position.</param>
/// <param name="Text">The text that is shown while the mouse is over the point.</param>
internal sealed record ChartPoint(double X, double Y, string Text);

/// <summary>A line of a chart.</summary>
/// <param name="Name">The name in the legend; <c>null</c> for a line that belongs to another one.</param>
/// <param name="Colour">The number of the colour.</param>
/// <param name="Dashed">Whether the line is dashed.</param>
/// <param name="Points">The points of the line, in order.</param>
internal sealed record ChartLine(string? Name, int Colour, bool Dashed, IReadOnlyList<ChartPoint> Points);

/// <summary>A chart as SVG. The horizontal axis starts at 0. The vertical axis starts at 0 or is logarithmic.</summary>
internal sealed class SvgChart
{
    private const int Width = 760, Height = 380, Left = 70, Right = 40, Top = 16, Bottom = 48, LegendLine = 16;
    private static readonly string[] Colours =
        ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#7f7f7f"];

    private readonly string _horizontal;
    private readonly string _vertical;
    private readonly IReadOnlyList<ChartLine> _lines;
    private readonly bool _logarithmic;
    private readonly double _maxX;
    private readonly double _minY;
    private readonly double _maxY;

    private SvgChart(string horizontal, string vertical, bool logarithmic, IReadOnlyList<ChartLine> lines)
    {
        (_horizontal, _vertical, _logarithmic, _lines) = (horizontal, vertical, logarithmic, lines);
        var points = lines.SelectMany(line => line.Points).ToList();
        _maxX = Round(points.Select(point => point.X).DefaultIfEmpty(1).Max());
        var most = points.Select(point => point.Y).DefaultIfEmpty(1).Max();
        var least = points.Select(point => point.Y).Where(y => y > 0).DefaultIfEmpty(0.1).Min();
        _minY = logarithmic ? Math.Pow(10, Math.Floor(Math.Log10(least))) : 0;
        _maxY = logarithmic
            ? Math.Max(10 * _minY, Math.Pow(10, Math.Ceiling(Math.Log10(Math.Max(most, least)))))
            : Round(most);
    }

    /// <summary>The colour of a line, for HTML.</summary>
    public static string Colour(int index) => Colours[index % Colours.Length];

    /// <summary>Draws a chart.</summary>
    /// <param name="horizontal">The label of the horizontal axis.</param>
    /// <param name="vertical">The label of the vertical axis.</param>
    /// <param name="logarithmic">Whether the vertical axis is logarithmic.</param>
    /// <param name="lines">The lines.</param>
    public static string Draw(string horizontal, string vertical, bool logarithmic, IReadOnlyList<ChartLine> lines) =>
        new SvgChart(horizontal, vertical, logarithmic, lines).Draw();

    private string Draw()
    {
        var svg = new StringBuilder();
        var full = Height + (LegendLine * _lines.Count(line => line.Name is not null));
        Add(svg, $"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {Width} {full}' width='{Width}'");
        Add(svg, $" height='{full}' font-family='sans-serif' font-size='12'>");
        Add(svg, $"<rect width='{Width}' height='{full}' fill='white'/>");
        DrawAxes(svg);
        foreach (var line in _lines)
            DrawLine(svg, line);
        DrawLegend(svg);
        return svg.Append("</svg>").ToString();
    }

    private void DrawAxes(StringBuilder svg)
    {
        for (var i = 0; i <= 5; i++)
        {
            var x = X(_maxX * i / 5);
            Add(svg, $"<line x1='{x:0.#}' y1='{Top}' x2='{x:0.#}' y2='{Height - Bottom}' stroke='#ddd'/>");
            AddText(svg, x, Height - Bottom + 16, "middle", $"{_maxX * i / 5:#,0.##}");
        }
        foreach (var value in Ticks())
        {
            var y = Y(value);
            Add(svg, $"<line x1='{Left}' y1='{y:0.#}' x2='{Width - Right}' y2='{y:0.#}' stroke='#ddd'/>");
            AddText(svg, Left - 6, y + 4, "end", $"{value:#,0.###}");
        }
        AddText(svg, (Left + Width - Right) / 2, Height - 10, "middle", $"{WebUtility.HtmlEncode(_horizontal)}");
        Add(svg, $"<text transform='translate(16 {(Top + Height - Bottom) / 2}) rotate(-90)' text-anchor='middle'>");
        Add(svg, $"{WebUtility.HtmlEncode(_vertical)}</text>");
    }

    private void DrawLine(StringBuilder svg, ChartLine line)
    {
        var path = string.Join(' ',
            line.Points.Select(point =>
            string.Create(CultureInfo.InvariantCulture, $"{X(point.X):0.#},{Y(point.Y):0.#}")));
        var colour = Colour(line.Colour);
        Add(svg, $"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='1.8'{Dashes(line)}/>");
        foreach (var point in line.Points)
        {
            Add(svg, $"<circle cx='{X(point.X):0.#}' cy='{Y(point.Y):0.#}' r='3.5' fill='{colour}'>");
            Add(svg, $"<title>{WebUtility.HtmlEncode(point.Text)}</title></circle>");
        }
    }

    private void DrawLegend(StringBuilder svg)
    {
        var y = Height + 8;
        foreach (var line in _lines.Where(line => line.Name is not null))
        {
            Add(svg, $"<line x1='{Left + 10}' y1='{y - 4}' x2='{Left + 34}' y2='{y - 4}'");
            Add(svg, $" stroke='{Colour(line.Colour)}' stroke-width='2'{Dashes(line)}/>");
            AddText(svg, Left + 40, y, "start", $"{WebUtility.HtmlEncode(line.Name)}");
            y += LegendLine;
        }
    }

    private IEnumerable<double> Ticks()
    {
        if (!_logarithmic)
            return Enumerable.Range(0, 6).Select(i => _maxY * i / 5);
        var decades = (int)Math.Round(Math.Log10(_maxY / _minY));
        return Enumerable.Range(0, decades + 1).Select(i => _minY * Math.Pow(10, i));
    }

    private double X(double value) => Left + ((Width - Left - Right) * (_maxX > 0 ? value / _maxX : 0));

    private double Y(double value)
    {
        var share = _logarithmic
            ? Math.Log10(Math.Max(value, _minY) / _minY) / Math.Log10(_maxY / _minY)
            : value / _maxY;
        return Height - Bottom - ((Height - Top - Bottom) * share);
    }

    /// <summary>The next larger round number that can be divided well by five.</summary>
    private static double Round(double value)
    {
        if (value <= 0)
            return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return power * new[] { 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 }.First(step => step * power >= value * 0.999);
    }

    private static string Dashes(ChartLine line) => line.Dashed ? " stroke-dasharray='5 4'" : "";

    private static void AddText(StringBuilder svg, double x, double y, string anchor, FormattableString text) =>
        Add(svg, $"<text x='{x:0.#}' y='{y:0.#}' text-anchor='{anchor}'>{text}</text>");

    private static void Add(StringBuilder svg, FormattableString text) =>
        svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
