namespace Akka.Configuration.Hocon;

/// <summary>
/// What the parser reads: a tree in which substitutions are still open. <see cref="HoconResolver"/> turns it into <see cref="HoconValue"/>s.
/// </summary>
internal abstract class HoconNode
{
    /// <summary>Whether the node's value depends on something else in the document, or in the environment.</summary>
    public virtual bool IsOpen => false;
}

/// <summary>Text as it was written; unquoted blanks between two values are such a node too, since they are part of a concatenated text.</summary>
internal sealed class TextNode(string text, bool quoted) : HoconNode
{
    public string Text { get; } = text;

    public bool Quoted { get; } = quoted;

    public bool IsBlank => !Quoted && string.IsNullOrWhiteSpace(Text);
}

internal sealed class ArrayNode(List<HoconNode> items) : HoconNode
{
    public List<HoconNode> Items { get; } = items;

    public override bool IsOpen => Items.Exists(item => item.IsOpen);
}

/// <summary><c>${path}</c> or <c>${?path}</c>.</summary>
internal sealed class SubstitutionNode(IReadOnlyList<string> path, bool optional, int position) : HoconNode
{
    public IReadOnlyList<string> Path { get; } = path;

    public bool Optional { get; } = optional;

    public int Position { get; } = position;

    public override bool IsOpen => true;

    public override string ToString() => $"${{{(Optional ? "?" : "")}{string.Join('.', Path)}}}";
}

/// <summary>What the key held before: the left part of <c>+=</c>.</summary>
internal sealed class PreviousNode : HoconNode
{
    public override bool IsOpen => true;
}

/// <summary>Several values side by side: they become one text, one array or one object.</summary>
internal sealed class ConcatenationNode(List<HoconNode> pieces, int position) : HoconNode
{
    public List<HoconNode> Pieces { get; } = pieces;

    public int Position { get; } = position;

    /// <summary>Whether it becomes an object, if anything.</summary>
    public bool IsObject => Pieces.Exists(piece => piece is ObjectNode);

    public override bool IsOpen => Pieces.Exists(piece => piece.IsOpen);
}

internal sealed class ObjectNode : HoconNode
{
    public Dictionary<string, HoconSlot> Fields { get; } = [];

    public override bool IsOpen => Fields.Values.Any(slot => slot.IsOpen);

    /// <summary>Assigns to a path below this object, creating the objects on the way.</summary>
    public void Assign(IReadOnlyList<string> path, HoconNode value)
    {
        for (var i = path.Count - 1; i > 0; i--)
        {
            var parent = new ObjectNode();
            parent.SlotOf(path[i]).Assign(value);
            value = parent;
        }
        SlotOf(path[0]).Assign(value);
    }

    public void Merge(ObjectNode other)
    {
        foreach (var (key, slot) in other.Fields)
            foreach (var layer in slot.Layers)
                SlotOf(key).Assign(layer);
    }

    private HoconSlot SlotOf(string key)
    {
        if (!Fields.TryGetValue(key, out var slot))
            Fields.Add(key, slot = new HoconSlot());
        return slot;
    }
}

/// <summary>
/// The value of a key: the layers that were assigned to it, oldest first. More than one is kept only where an older one can still show through,
/// that is below an object or a substitution.
/// </summary>
internal sealed class HoconSlot
{
    public List<HoconNode> Layers { get; } = [];

    /// <summary>The layer that is being resolved; a substitution that leads back here means the layers below it (a self reference).</summary>
    public int Active { get; set; } = -1;

    public HoconValue? Resolved { get; set; }

    public bool IsOpen => Layers.Exists(layer => layer.IsOpen);

    public void Assign(HoconNode value)
    {
        if (Layers.Count > 0 && value is ObjectNode added && Layers[^1] is ObjectNode present)
        {
            present.Merge(added);
            return;
        }
        if (value is not (ObjectNode or ConcatenationNode { IsObject: true }) && !value.IsOpen)
            Layers.Clear();
        Layers.Add(value);
    }
}
