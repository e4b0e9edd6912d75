using Akka.Configuration;
using RaftActors.Membership;

namespace RaftActors;

/// <summary>Reads values of a HOCON section so that whatever is wrong with one is reported with its key and value.</summary>
internal sealed class SettingsReader(Config section)
{
    public string Text(string key)
    {
        string text = OptionalText(key);
        return text.Length > 0 ? text : throw new ConfigurationException($"raft.{key} is missing.");
    }

    public string OptionalText(string key) => Read(key, () => section.GetString(key, "")) ?? "";

    public bool Switch(string key) => Read(key, () => section.GetBoolean(key, false));

    public TimeSpan Duration(string key) => Read(key, () => section.GetTimeSpan(key, null, false));

    public int Count(string key) => Read(key, () => section.GetInt(key, 0));

    public double Number(string key) => Read(key, () => section.GetDouble(key, 0));

    public int? OptionalInt(string key)
    {
        string text = OptionalText(key);
        return text.Length == 0 ? null : int.TryParse(text, out int value) ? value : throw Bad(key, "a whole number is wanted", null);
    }

    public long Bytes(string key, long most)
    {
        long bytes = Read(key, () => section.GetByteSize(key, null)) ?? 0;
        return bytes <= most ? bytes : throw Bad(key, $"at most {most} bytes are possible", null);
    }

    public IReadOnlyList<Member> Members(string key)
    {
        var members = new List<Member>();
        var value = section.GetValue(key);
        if (value is null || value.IsEmpty)
            return members;
        foreach (var item in Read(key, value.GetArray) ?? [])
        {
            var member = item.IsObject() ? item.ToConfig() : throw Bad(key, "each member is { id = ..., address = \"host:port\" }, or { ..., address = \"system@host:port\" }", null);
            members.Add(new Member(member.GetString("id", "") ?? "", member.GetString("address", "") ?? "") { Priority = Priority(key, member) });
        }
        return members;
    }

    private int Priority(string key, Config member)
    {
        string text = member.GetString("priority", "") ?? "";
        return text.Length == 0 ? 0 : int.TryParse(text, out int value) ? value : throw Bad(key, $"the priority {text} of {member.GetString("id", "")} is no whole number", null);
    }

    private T Read<T>(string key, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (problem is not ConfigurationException)
        {
            throw Bad(key, problem.Message, problem);
        }
    }

    private ConfigurationException Bad(string key, string why, Exception? cause)
    {
        string value = section.GetValue(key)?.ToString() ?? "";
        return new ConfigurationException($"raft.{key} = {value}: {why}", cause!);
    }
}
