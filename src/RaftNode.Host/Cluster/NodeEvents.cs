using System.Security.Cryptography;

namespace RaftNode.Host.Cluster;

/// <summary>
/// What has happened on this node since its process started, and what this node has heard of the other nodes.
/// </summary>
/// <param name="node">This node's member id.</param>
/// <param name="clock">The clock for the times of the events.</param>
internal sealed class NodeEvents(string node, TimeProvider clock)
{
    /// <summary>How many events of its own a node remembers.</summary>
    public const int MostOwn = 256;

    /// <summary>How many events of all nodes a node remembers.</summary>
    public const int MostInAll = 1024;

    private const int MostNodes = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Run, long Number)> _heard = [];
    private long _number;

    /// <summary>The random number of this process.</summary>
    public string Run { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>The events of this node. The position of an event is its number.</summary>
    public EventLog Own { get; } = new(MostOwn);

    /// <summary>The events of all nodes, in the order in which this node learned of them.</summary>
    public EventLog All { get; } = new(MostInAll);

    /// <summary>Something happened on this node.</summary>
    /// <param name="kind">One of <see cref="EventKinds"/>.</param>
    /// <param name="text">What happened, as a sentence without its full stop.</param>
    /// <param name="details">Sets the other properties; <c>null</c> for none.</param>
    public void Add(string kind, string text, Func<NodeEvent, NodeEvent>? details = null)
    {
        lock (_lock)
        {
            var plain = new NodeEvent
            {
                Node = node,
                Run = Run,
                Number = ++_number,
                Time = clock.GetUtcNow().UtcDateTime,
                Kind = kind,
                Text = Clip(text),
            };
            var added = details is null ? plain : details(plain);
            Own.Add(added);
            All.Add(added);
        }
    }

    /// <summary>Up to where the events of another node are known: what to ask for next.</summary>
    /// <param name="member">The member id of the other node.</param>
    public (string Run, long Number) HeardOf(string member)
    {
        lock (_lock)
            return _heard.GetValueOrDefault(member, ("", 0));
    }

    /// <summary>Adds what another node says has happened on it. Leaves out what is known.</summary>
    /// <param name="member">The member id of the other node. What the events say of it does not count.</param>
    /// <param name="run">The random number of its process.</param>
    /// <param name="events">The events, in the order of their numbers.</param>
    public void Merge(string member, string run, IEnumerable<NodeEvent> events)
    {
        lock (_lock)
        {
            var heard = _heard.GetValueOrDefault(member, ("", 0));
            long number = heard.Item1 == run ? heard.Item2 : 0;
            foreach (var told in events)
            {
                if (told.Number <= number || !EventKinds.All.Contains(told.Kind))
                    continue;
                number = told.Number;
                All.Add(told with
                {
                    Node = member,
                    Run = run,
                    Time = told.Time.ToUniversalTime(),
                    Text = Clip(told.Text),
                    Group = ClipName(told.Group),
                    Role = ClipName(told.Role),
                    Leader = ClipName(told.Leader),
                    Reason = ClipName(told.Reason),
                });
            }
            // Members come and go: what is forgotten here is heard again, and shown twice at worst.
            if (_heard.Count >= MostNodes && !_heard.ContainsKey(member))
                _heard.Clear();
            _heard[member] = (run, number);
        }
    }

    /// <summary>Puts events of several nodes into the order of their times.</summary>
    /// <param name="learned">The events, those of each node in the order in which they happened.</param>
    /// <returns>
    /// The events. Those of one node stay in their order, although the node's clock may have been set back between
    /// them: there an event counts as no later than those after it, because the later setting of a clock is the better
    /// one.
    /// </returns>
    public static IEnumerable<NodeEvent> InOrderOfTime(IReadOnlyList<NodeEvent> learned)
    {
        var times = new DateTime[learned.Count];
        var next = new Dictionary<string, DateTime>();
        for (int i = learned.Count - 1; i >= 0; i--)
        {
            var (node, time) = (learned[i].Node, learned[i].Time);
            next[node] = times[i] = next.TryGetValue(node, out var later) && later < time ? later : time;
        }
        return learned.Index().OrderBy(each => times[each.Index]).Select(static each => each.Item);
    }

    private static string Clip(string text) =>
        text.Length <= NodeEvent.MostText ? text : string.Concat(text.AsSpan(0, NodeEvent.MostText - 1), "…");

    private static string? ClipName(string? name) => name is null || name.Length <= 128 ? name : name[..128];
}
