using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>
/// Closes all substitutions of a document. A value is resolved when it is first needed, whatever the order in the text; a reference that leads back to the
/// key being resolved means what that key held before.
/// </summary>
internal sealed class HoconResolver(ObjectNode root, HoconReader reader)
{
    public HoconValue Resolve() => Resolve(root);

    /// <summary>An included document, resolved by itself, as part of the including one.</summary>
    public static ObjectNode Reopen(HoconObject resolved)
    {
        var node = new ObjectNode();
        foreach (var (key, value) in resolved.Items)
            node.Assign([key], Reopen(value));
        return node;
    }

    private static HoconNode Reopen(HoconValue value)
    {
        if (value.GetObject() is { } fields)
            return Reopen(fields);
        return value.IsArray()
            ? new ArrayNode([.. value.GetArray().Select(Reopen)])
            : new TextNode(value.Text ?? "", value.Quoted);
    }

    private HoconValue Resolve(ObjectNode node)
    {
        var resolved = new HoconObject();
        foreach (var (key, slot) in node.Fields)
        {
            if (Resolve(slot) is { } value)
                resolved.Items.Add(key, value);
        }
        return new HoconValue(resolved);
    }

    private HoconValue? Resolve(HoconSlot slot)
    {
        if (slot.Resolved is not null)
            return slot.Resolved;
        return slot.Active >= 0 ? ResolveBelow(slot, slot.Active) : slot.Resolved = ResolveBelow(slot, slot.Layers.Count);
    }

    /// <summary>The value of the first <paramref name="count"/> layers: objects merge, newest first, down to the first layer that is no object.</summary>
    private HoconValue? ResolveBelow(HoconSlot slot, int count)
    {
        var active = slot.Active;
        HoconValue? value = null;
        try
        {
            for (slot.Active = count - 1; slot.Active >= 0; slot.Active--)
            {
                var layer = Resolve(slot.Layers[slot.Active], slot);
                if (layer is null)
                    continue;
                if (value is null)
                    value = layer;
                else if (layer.GetObject() is { } below)
                    value = new HoconValue(value.GetObject()!.Over(below));
                else
                    break;
                if (!value.IsObject())
                    break;
            }
        }
        finally
        {
            slot.Active = active;
        }
        return value;
    }

    /// <summary>Null where an optional substitution, or the left part of a first <c>+=</c>, has no value.</summary>
    private HoconValue? Resolve(HoconNode node, HoconSlot slot) => node switch
    {
        TextNode text => new HoconValue(text.Text, text.Quoted),
        ObjectNode fields => Resolve(fields),
        ArrayNode array => new HoconValue([.. array.Items.Select(item => Resolve(item, slot)).OfType<HoconValue>()]),
        SubstitutionNode substitution => Resolve(substitution),
        PreviousNode => ResolveBelow(slot, slot.Active),
        ConcatenationNode concatenation => Resolve(concatenation, slot),
        _ => throw new InvalidOperationException($"unknown node {node.GetType().Name}"),
    };

    private HoconValue? Resolve(SubstitutionNode substitution)
    {
        if (Find(root, substitution.Path, 0) is { } value)
            return value;
        if (Environment.GetEnvironmentVariable(string.Join('.', substitution.Path)) is { } variable)
            return new HoconValue(variable, quoted: true);
        return substitution.Optional ? null : throw reader.Error($"{substitution} has no value", substitution.Position);
    }

    /// <summary>Follows a path without resolving what lies beside it, since that may in turn refer to what is being resolved.</summary>
    private HoconValue? Find(ObjectNode node, IReadOnlyList<string> path, int at)
    {
        if (!node.Fields.TryGetValue(path[at], out var slot))
            return null;
        if (at == path.Count - 1)
            return Resolve(slot);
        HoconValue? found = null;
        for (var i = slot.Layers.Count - 1; i >= 0; i--)
        {
            HoconValue? value;
            if (slot.Layers[i] is ObjectNode inner)
            {
                value = Find(inner, path, at + 1);
            }
            else
            {
                // From here down only the whole value says what the path holds.
                value = Below(slot, i + 1)?.GetObject()?.Find(path, at + 1);
                i = 0;
            }
            if (value is null)
                continue;
            found = found is null ? value : value.GetObject() is { } below ? new HoconValue(found.GetObject()!.Over(below)) : found;
            if (!found.IsObject())
                break;
        }
        return found;
    }

    private HoconValue? Below(HoconSlot slot, int count) =>
        ResolveBelow(slot, slot.Active >= 0 ? Math.Min(slot.Active, count) : count);

    private HoconValue? Resolve(ConcatenationNode node, HoconSlot slot)
    {
        var pieces = node.Pieces
            .Select(piece => (Value: Resolve(piece, slot), Blank: piece is TextNode { IsBlank: true }))
            .Where(piece => piece.Value is not null)
            .Select(piece => (Value: piece.Value!, piece.Blank))
            .ToList();
        var solid = pieces.Where(piece => !piece.Blank).Select(piece => piece.Value).ToList();
        if (solid.Count == 0)
            return null;
        if (solid.TrueForAll(value => value.IsObject()))
            return new HoconValue(solid.Select(value => value.GetObject()!).Aggregate((below, above) => above.Over(below)));
        if (solid.TrueForAll(value => value.IsArray()))
            return new HoconValue([.. solid.SelectMany(value => value.GetArray())]);
        if (!solid.TrueForAll(value => value.IsString()))
            throw reader.Error("texts, arrays and objects cannot be put side by side in one value", node.Position);
        return solid.Count == 1 ? solid[0] : Concatenate(pieces);
    }

    private static HoconValue Concatenate(List<(HoconValue Value, bool Blank)> pieces)
    {
        // Blanks count only between two texts; one of them may be an optional substitution without a value.
        var first = pieces.FindIndex(piece => !piece.Blank);
        var last = pieces.FindLastIndex(piece => !piece.Blank);
        var text = new StringBuilder();
        for (var i = first; i <= last; i++)
            text.Append(pieces[i].Value.Text);
        return new HoconValue(text.ToString(), quoted: true);
    }
}
