using System.Diagnostics.CodeAnalysis;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>An immutable configuration. A getter whose path is missing answers the default; one whose value does not fit its type throws and names both.</summary>
public sealed class Config
{
    public static readonly Config Empty = new();

    public Config() : this(new HoconRoot(new HoconValue(new HoconObject())))
    {
    }

    public Config(HoconRoot root) => Root = root.Value ?? throw new ArgumentNullException(nameof(root), "The root value cannot be null.");

    public Config(Config source, Config? fallback) => Root = source.WithFallback(fallback).Root;

    public HoconValue Root { get; }

    public bool IsEmpty => Root.IsEmpty;

    public static implicit operator Config(string str) => ConfigurationFactory.ParseString(str);

    public static Config operator +(Config config, string fallback) => config.WithFallback(ConfigurationFactory.ParseString(fallback));

    public static Config operator +(string configHocon, Config fallbackConfig) => ConfigurationFactory.ParseString(configHocon).WithFallback(fallbackConfig);

    public Config WithFallback(Config? fallback)
    {
        if (ReferenceEquals(fallback, this))
            throw new ArgumentException("Config can not have itself as fallback", nameof(fallback));
        if (fallback is null || fallback.Root.GetObject() is not { } below)
            return this;
        if (IsEmpty)
            return fallback;
        return Root.GetObject() is { } above ? new Config(new HoconRoot(new HoconValue(above.Over(below)))) : this;
    }

    public bool HasPath(string path) => Find(path) is not null;

    public HoconValue? GetValue(string path) => Find(path);

    public Config? GetConfig(string path) => Find(path)?.ToConfig();

    [return: NotNullIfNotNull(nameof(@default))]
    public string? GetString(string path, string? @default = null) => Find(path) is { } value ? value.GetString()! : @default;

    public bool GetBoolean(string path, bool @default = false) => Find(path)?.Boolean(path) ?? @default;

    public int GetInt(string path, int @default = 0) => Find(path)?.Int(path) ?? @default;

    public long GetLong(string path, long @default = 0) => Find(path)?.Long(path) ?? @default;

    public double GetDouble(string path, double @default = 0) => Find(path)?.Double(path) ?? @default;

    public float GetFloat(string path, float @default = 0) => (float?)Find(path)?.Double(path) ?? @default;

    public decimal GetDecimal(string path, decimal @default = 0) => Find(path)?.Decimal(path) ?? @default;

    public TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        Find(path)?.TimeSpan(allowInfinite, path) ?? @default.GetValueOrDefault();

    public long? GetByteSize(string path) => Find(path)?.ByteSize(path);

    public long? GetByteSize(string path, long? def = null) => Find(path) is { } value ? value.ByteSize(path) : def;

    public IList<string> GetStringList(string path) => Find(path)?.GetStringList() ?? [];

    public IList<string> GetStringList(string path, string[] defaultPaths) => Find(path)?.GetStringList() ?? defaultPaths;

    public IList<int> GetIntList(string path) => Find(path)?.GetIntList() ?? [];

    public IList<long> GetLongList(string path) => Find(path)?.GetLongList() ?? [];

    /// <summary>The top-level fields, in no particular order.</summary>
    public IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable() => Root.GetObject()?.Items ?? [];

    public override string ToString() => Root.GetObject() is { } fields ? HoconWriter.Write(fields) : HoconWriter.Write(Root);

    public string ToString(bool includeFallback) => ToString();

    private HoconValue? Find(string path) => Root.GetObject()?.Find(SplitPath(path));

    /// <summary>Elements are separated by dots; a dot inside double quotes is part of its element.</summary>
    private static List<string> SplitPath(string path)
    {
        var elements = new List<string>();
        var start = 0;
        while (start <= path.Length)
        {
            var quoted = start < path.Length && path[start] == '"' ? path.IndexOf('"', start + 1) : -1;
            var end = path.IndexOf('.', quoted < 0 ? start : quoted);
            if (end < 0)
                end = path.Length;
            elements.Add(quoted < 0 ? path[start..end] : path[(start + 1)..quoted]);
            start = end + 1;
        }
        return elements;
    }
}
