using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace RaftActors;

/// <summary>
/// The keys that some sections of a configuration may have: those of a reference configuration. Another key is most
/// likely misspelt, and would silently have no effect.
/// </summary>
public sealed class KnownKeys
{
    private enum Kind
    {
        Value,
        List,
        Section,

        // A section whose keys are names that a user chooses.
        Names,
    }

    private readonly Dictionary<string, Kind> _kinds = new(StringComparer.Ordinal);

    /// <summary>Takes the keys from a reference configuration.</summary>
    /// <param name="reference">The configuration. It has every key of the sections.</param>
    /// <param name="sections">The sections, such as <c>raft</c>.</param>
    public KnownKeys(Config reference, params IEnumerable<string> sections)
    {
        foreach (string section in sections)
        {
            _kinds[section] = Kind.Section;
            foreach (var part in Parts(reference.GetConfig(section)))
                Add(section, part);
        }
    }

    private KnownKeys()
    {
    }

    /// <summary>The keys of a section, under another name.</summary>
    /// <param name="reference">The configuration with every key.</param>
    /// <param name="section">The section there.</param>
    /// <param name="name">The name that messages give to the section.</param>
    /// <param name="without">The keys of the section that are not known under that name.</param>
    internal static KnownKeys Renamed(Config reference, string section, string name, IReadOnlyList<string> without)
    {
        var keys = new KnownKeys();
        keys._kinds[name] = Kind.Section;
        foreach (var part in Parts(reference.GetConfig(section)))
            keys.Add(name, part);
        foreach (string key in without)
        {
            string full = $"{name}.{key}";
            foreach (string known in keys._kinds.Keys.ToArray())
                if (known == full || known.StartsWith($"{full}.", StringComparison.Ordinal))
                    keys._kinds.Remove(known);
        }
        return keys;
    }

    /// <summary>The keys that a section has itself, each once.</summary>
    internal static IReadOnlyList<string> NamesIn(Config? section) =>
        [.. Parts(section).SelectMany(static part => part.Items.Keys).Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// Checks that a section has no other keys, and that its lists, sections and single values are in their places.
    /// </summary>
    /// <param name="name">The section's name, such as <c>raft</c>.</param>
    /// <param name="section">The configuration under that name; <c>null</c> for none.</param>
    /// <exception cref="SettingException">
    /// The section has an unknown key, or a value of another kind. The message names the key, and for an unknown key
    /// the nearest known one.
    /// </exception>
    public void Check(string name, Config? section)
    {
        for (var part = section; part is not null; part = part.Fallback)
        {
            if (part.Root is { IsEmpty: false } root)
                CheckKind(name, Kind.Section, root);
        }
        foreach (var part in Parts(section))
            Check(name, part);
    }

    /// <summary>The known key that is nearest to a misspelt one.</summary>
    /// <param name="key">The misspelt key, with its section.</param>
    /// <param name="known">The known keys.</param>
    internal static string Nearest(string key, IEnumerable<string> known)
    {
        string last = LastPart(key);
        return known.MinBy(candidate =>
        {
            int edits = Edits(key, candidate);
            // Prefer a key of the same name in another section, or a key that begins like the misspelt one.
            int most = LastPart(candidate) == last
                ? 1
                : LastPart(candidate).StartsWith(last, StringComparison.Ordinal)
                ? 4
                : edits;
            return (Math.Min(edits, most), edits);
        })!;
    }

    /// <summary>
    /// A key as a part of a path. It is quoted if it would otherwise be read as several keys, or as none.
    /// </summary>
    public static string Quoted(string key) =>
        key.Length > 0 && key.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? key : $"\"{key}\"";

    private void Add(string path, HoconObject section)
    {
        foreach (var (key, value) in section.Items)
        {
            string full = $"{path}.{Quoted(key)}";
            _kinds[full] = KindOf(value);
            if (value.IsObject())
                Add(full, value.GetObject());
        }
    }

    private static Kind KindOf(HoconValue value) =>
        value.IsObject() ? value.GetObject().Items.Count > 0 ? Kind.Section : Kind.Names
        : IsList(value) ? Kind.List
        : Kind.Value;

    private void Check(string path, HoconObject section)
    {
        foreach (var (key, value) in section.Items)
        {
            string full = $"{path}.{Quoted(key)}";
            if (!_kinds.TryGetValue(full, out var kind))
            {
                throw new SettingException(
                    full, $"{full}: there is no such key. The nearest one is {Nearest(full, _kinds.Keys)}.");
            }
            CheckKind(full, kind, value);
            if (kind == Kind.Section)
                Check(full, value.GetObject());
        }
    }

    private void CheckKind(string key, Kind kind, HoconValue value)
    {
        string? problem = kind switch
        {
            Kind.Section when !value.IsObject() =>
                $"it is a section, {{ ... }}, with these keys: {string.Join(", ", KeysOf(key))}",
            Kind.Names when !value.IsObject() => "it is a section of sections, { NAME { ... } }",
            Kind.List when !IsList(value) => "it is a list, [ ... ]",
            Kind.Value when IsList(value) => "it is one value, and not a list",
            Kind.Value when value.IsObject() => "it is one value, and not a section",
            _ => null,
        };
        if (problem is not null)
            throw new SettingException(key, $"{key} = {Text(value)}: {problem}.");
    }

    private IEnumerable<string> KeysOf(string section) => _kinds.Keys
        .Where(key => key.StartsWith(section + ".", StringComparison.Ordinal))
        .Select(key => key[(section.Length + 1)..])
        .Where(static key => !key.Contains('.', StringComparison.Ordinal));

    // A configuration with fallbacks is a chain of roots.
    private static IEnumerable<HoconObject> Parts(Config? config)
    {
        for (var part = config; part is not null; part = part.Fallback)
        {
            if (part.Root is { } root && root.IsObject())
                yield return root.GetObject();
        }
    }

    /// <summary>A value in one line.</summary>
    internal static string Text(HoconValue value)
    {
        // A null has no text.
        string text = (value.IsString() ? value.GetString() : value.ToString()) ?? "null";
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return value.IsObject() ? $"{{ {line} }}" : line;
    }

    /// <summary>Whether a value is a list. HoconValue says of an empty list that it is none.</summary>
    internal static bool IsList(HoconValue value) =>
        value.IsArray() || value.Values.Any(static element => element is HoconArray);

    private static string LastPart(string key) => key[(key.LastIndexOf('.') + 1)..];

    // Levenshtein's distance, ignoring case.
    private static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            (int diagonal, row[0]) = (row[0], i);
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(diagonal + cost, 1 + Math.Min(row[j], row[j - 1])));
            }
        }
        return row[^1];
    }
}
