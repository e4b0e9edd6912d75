using Akka.Configuration;
using Akka.Configuration.Hocon;
using RaftActors.Membership;

namespace RaftActors;

/// <summary>
/// Reads values of the section <c>raft</c>. An error names the key, the value and the form that the value should have.
/// </summary>
internal sealed class SettingsReader
{
    private const string MemberForm = "each member is { id = ..., address = \"host:port\" }, with a priority if wanted";
    private static readonly string[] MemberKeys = ["id", "address", "priority"];

    private readonly Config _section;

    /// <summary>Makes a reader.</summary>
    /// <param name="section">The section as the user has written it; <c>null</c> if there is none.</param>
    /// <exception cref="ConfigurationException">
    /// There is no section, or the section has an unknown key, or a value of another kind.
    /// </exception>
    public SettingsReader(Config? section)
    {
        var own = section ?? throw new ConfigurationException("The section raft is missing.");
        var reference = ReferenceConfig.Load();
        new KnownKeys(reference, "raft").Check("raft", own);
        _section = own.WithFallback(reference.GetConfig("raft"));
    }

    public string Text(string key)
    {
        string text = OptionalText(key);
        return text.Length > 0 ? text : throw new SettingException($"raft.{key}", $"raft.{key} is missing.");
    }

    public string OptionalText(string key) => Written(key) ?? "";

    public bool Switch(string key) => Read(key, "on or off", () => _section.GetBoolean(key, false));

    public TimeSpan Duration(string key) =>
        Read(key, "a duration such as 300 ms, 3 s or 2 m", () => _section.GetTimeSpan(key, null, false));

    public int Count(string key) => Read(key, "a whole number such as 64", () => _section.GetInt(key, 0));

    public double Number(string key) => Read(key, "a number such as 0.5", () => _section.GetDouble(key, 0));

    public int? OptionalInt(string key) =>
        OptionalText(key).Length == 0 ? null : Read(key, "a whole number, or empty", () => _section.GetInt(key, 0));

    public long Bytes(string key, long most)
    {
        long bytes = Read(key, "a size such as 64 KiB or 4 MiB", () => _section.GetByteSize(key, null)) ?? 0;
        return bytes <= most ? bytes : throw Bad(key, $"at most {most} bytes are possible");
    }

    public IReadOnlyList<string> Texts(string key) =>
        Read(key, "a list of texts, [ \"...\" ]", () => _section.Texts(key));

    public IReadOnlyList<Member> Members(string key)
    {
        var value = _section.GetValue(key);
        return value is null ? [] : [.. value.Elements().Select(item => Member(key, item))];
    }

    /// <summary>The value of a key as it is written; <c>null</c> if there is none.</summary>
    public string? Written(string key) => _section.GetString(key, null);

    private Member Member(string key, HoconValue item)
    {
        var member = item.IsObject() ? item.GetObject() : throw Bad(key, MemberForm);
        foreach (string given in member.Items.Keys.Except(MemberKeys))
        {
            throw Bad(
                key, $"a member has no {KnownKeys.Quoted(given)}. The nearest one is "
                + $"{KnownKeys.Nearest(given, MemberKeys)}");
        }
        string Part(string name) =>
            member.Items.TryGetValue(name, out var part) && part.IsString() ? part.GetString() : "";
        if (Part("id").Length == 0 || Part("address").Length == 0)
            throw Bad(key, $"a member without id or address: {MemberForm}");
        return new Member(Part("id"), Part("address")) { Priority = Priority(key, Part("id"), Part("priority")) };
    }

    private int Priority(string key, string id, string text) => text.Length == 0 ? 0
        : int.TryParse(text, out int value) ? value
        : throw Bad(key, $"the priority {text} of {id} is no whole number");

    // The exception that the library throws for a value of another kind does not name the key.
    private T Read<T>(string key, string form, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (problem is not SettingException)
        {
            throw Bad(key, $"it is not {form}", problem);
        }
    }

    private SettingException Bad(string key, string why, Exception? cause = null)
    {
        string value = _section.GetValue(key) is { } given ? KnownKeys.Text(given) : "";
        return new SettingException($"raft.{key}", $"raft.{key} = {value}: {why}.", cause);
    }
}
