namespace Akka.Configuration.Hocon;

public sealed class HoconObject
{
    public Dictionary<string, HoconValue> Items { get; } = [];

    public HoconValue? GetKey(string key) => Items.GetValueOrDefault(key);

    public override string ToString() => HoconWriter.Write(this);

    /// <summary>A new object: this one's values, and where it has none those of <paramref name="fallback"/>.</summary>
    internal HoconObject Over(HoconObject fallback)
    {
        var merged = new HoconObject();
        foreach (var (key, value) in fallback.Items)
            merged.Items.Add(key, value);
        foreach (var (key, value) in Items)
        {
            merged.Items[key] = value.GetObject() is { } above && merged.GetKey(key)?.GetObject() is { } below
                ? new HoconValue(above.Over(below))
                : value;
        }
        return merged;
    }

    internal HoconValue? Find(IReadOnlyList<string> path, int at = 0)
    {
        var node = this;
        for (var i = at; i < path.Count - 1; i++)
        {
            node = node.GetKey(path[i])?.GetObject();
            if (node is null)
                return null;
        }
        return node.GetKey(path[^1]);
    }
}
