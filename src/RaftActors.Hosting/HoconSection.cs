using System.Text;
using System.Text.Json;
using Akka.Configuration;
using static System.FormattableString;

namespace RaftActors.Hosting;

/// <summary>
/// Builds a section of HOCON from options. An option without a value is left out, so that the configuration behind the
/// section counts.
/// </summary>
internal sealed class HoconSection
{
    private readonly StringBuilder _text = new();

    public HoconSection Add(string key, string? value) => value is null ? this : AddValue(key, Quoted(value));

    public HoconSection Add(string key, bool? value) =>
        value is null ? this : AddValue(key, value.Value ? "on" : "off");

    public HoconSection Add(string key, TimeSpan? value) =>
        value is { } time ? AddValue(key, Invariant($"{time.TotalMilliseconds:0.####} ms")) : this;

    public HoconSection Add(string key, int? value) =>
        value is { } number ? AddValue(key, Invariant($"{number}")) : this;

    public HoconSection Add(string key, IList<string> values) =>
        values.Count == 0 ? this : AddValue(key, $"[{string.Join(", ", values.Select(Quoted))}]");

    public HoconSection Add(string key, IList<RaftMemberOptions> members) =>
        members.Count == 0 ? this : AddValue(key, $"[{string.Join(", ", members.Select(Member))}]");

    /// <summary>The section before other HOCON, and that before a section of an actor system.</summary>
    public Config Over(string? more, Config systemConfig, string path = "raft") =>
        ConfigurationFactory.ParseString(_text.ToString())
            .WithFallback(ConfigurationFactory.ParseString(more ?? ""))
            .WithFallback(systemConfig.GetConfig(path) ?? Config.Empty);

    /// <summary>The section at a path of a configuration.</summary>
    public string In(string path) => $"{path} {{\n{_text}}}\n";

    private HoconSection AddValue(string key, string value)
    {
        _text.Append(key).Append(" = ").Append(value).Append('\n');
        return this;
    }

    private static string Member(RaftMemberOptions member) =>
        $"{{ id = {Quoted(member.Id)}, address = {Quoted(member.Address)}"
        + (member.Priority is { } priority ? Invariant($", priority = {priority} }}") : " }");

    // A string of JSON is also a string of HOCON.
    private static string Quoted(string text) => JsonSerializer.Serialize(text, HoconJson.Default.String);
}
