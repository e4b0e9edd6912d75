using System.Globalization;

namespace Akka.Configuration.Hocon;

/// <summary>A resolved value: a text, an array or an object. Nothing in it changes after the parser made it.</summary>
public sealed class HoconValue
{
    private readonly HoconObject? _object;
    private readonly List<HoconValue>? _array;

    internal HoconValue(string text, bool quoted)
    {
        Text = text;
        Quoted = quoted;
    }

    internal HoconValue(HoconObject fields) => _object = fields;

    internal HoconValue(List<HoconValue> array) => _array = array;

    public bool IsEmpty => _object is { Items.Count: 0 };

    /// <summary>The text as written; null for an array or an object.</summary>
    internal string? Text { get; }

    internal bool Quoted { get; }

    public bool IsObject() => _object is not null;

    public bool IsArray() => _array is not null;

    public bool IsString() => Text is not null;

    public HoconObject? GetObject() => _object;

    public HoconValue? GetChildObject(string key) => _object?.GetKey(key);

    /// <summary>The items; none where the value is no array.</summary>
    public IList<HoconValue> GetArray() => _array ?? [];

    /// <summary>The text; null for <c>null</c>, an array or an object.</summary>
    public string? GetString() => !Quoted && Text == "null" ? null : Text;

    public bool GetBoolean() => Boolean(null);

    public int GetInt() => Int(null);

    public long GetLong() => Long(null);

    public double GetDouble() => Double(null);

    public float GetFloat() => (float)Double(null);

    public decimal GetDecimal() => Decimal(null);

    public byte GetByte() => Byte(null);

    public TimeSpan GetTimeSpan(bool allowInfinite = true) => TimeSpan(allowInfinite, null);

    public long? GetByteSize() => ByteSize(null);

    public IList<string> GetStringList() => [.. GetArray().Select(item => item.GetString()!)];

    public IList<int> GetIntList() => [.. GetArray().Select(item => item.GetInt())];

    public IList<long> GetLongList() => [.. GetArray().Select(item => item.GetLong())];

    public IList<double> GetDoubleList() => [.. GetArray().Select(item => item.GetDouble())];

    public IList<bool> GetBooleanList() => [.. GetArray().Select(item => item.GetBoolean())];

    public IList<byte> GetByteList() => [.. GetArray().Select(item => item.GetByte())];

    public Config ToConfig() => new(new HoconRoot(this));

    public Config AtKey(string key)
    {
        var fields = new HoconObject();
        fields.Items.Add(key, this);
        return new HoconValue(fields).ToConfig();
    }

    public override string ToString() => HoconWriter.Write(this);

    internal bool Boolean(string? path) => GetString() switch
    {
        "true" or "on" or "yes" => true,
        "false" or "off" or "no" => false,
        _ => throw new NotSupportedException(Unfit(path, "true, false, on, off, yes or no")),
    };

    internal int Int(string? path) =>
        int.TryParse(GetString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : throw Bad(path, "an integer of 32 bits");

    internal long Long(string? path) =>
        long.TryParse(GetString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : throw Bad(path, "an integer of 64 bits");

    internal double Double(string? path) =>
        double.TryParse(GetString(), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var value) ? value : throw Bad(path, "a number");

    internal decimal Decimal(string? path) =>
        decimal.TryParse(GetString(), NumberStyles.Number, CultureInfo.InvariantCulture, out var value) ? value : throw Bad(path, "a decimal number");

    internal byte Byte(string? path) =>
        byte.TryParse(GetString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : throw Bad(path, "an integer from 0 to 255");

    internal TimeSpan TimeSpan(bool allowInfinite, string? path) =>
        HoconUnits.ParseDuration(GetString(), allowInfinite) ?? throw Bad(path, "a duration such as 500 ms, 10s or 5 minutes");

    internal long? ByteSize(string? path)
    {
        var text = GetString();
        if (string.IsNullOrEmpty(text))
            return null;
        return HoconUnits.ParseSize(text) ?? throw Bad(path, "a size such as 128000b, 64 KiB or 4m");
    }

    private FormatException Bad(string? path, string expected) => new(Unfit(path, expected));

    private string Unfit(string? path, string expected) => $"{(path is null ? "the value" : path)} = {this} is not {expected}";
}
