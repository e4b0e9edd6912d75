using System.Text;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit;

/// <summary>The latest events of a cluster, for the message of a failed check, and a hash of all its events.</summary>
internal sealed class ClusterTrace(VirtualWorld world)
{
    private const int Capacity = 300;

    private readonly Queue<(TimeSpan Time, FormattableString Line)> _lines = new();

    /// <summary>Called with every formatted line, for someone who looks for a bug.</summary>
    public Action<string>? Listener { get; set; }

    public void Add(FormattableString line)
    {
        if (_lines.Count == Capacity)
            _lines.Dequeue();
        _lines.Enqueue((world.Now, line));
        Listener?.Invoke(Format(world.Now, line));
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (time, line) in _lines)
            text.AppendLine(Format(time, line));
        return text.ToString();
    }

    private static string Format(TimeSpan time, FormattableString line) =>
        FormattableString.Invariant($"{time.TotalMilliseconds,10:0.000} ms  ") + FormattableString.Invariant(line);
}
