using System.Text;
using RaftActors.Linearizability.KeyValue;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Scenarios.KeyValue;

/// <summary>A key-value store for scenarios, with commands and answers that read as text in a trace.</summary>
internal sealed class KeyValueMachine : IStateMachine
{
    private const string None = "-";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>A command, as the bytes of its text.</summary>
    public static byte[] Command(KeyValueInput input) =>
        Encoding.UTF8.GetBytes(string.Join(' ', input.Kind, input.Key, input.Expected ?? None, input.Value ?? None));

    /// <summary>A response, as it is recorded.</summary>
    public static KeyValueOutput Output(KeyValueInput input, object? response)
    {
        string? text = response is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;
        return input.Kind == KeyValueKind.Get
            ? KeyValueOutput.Found(text)
            : input.Kind == KeyValueKind.Put
            ? KeyValueOutput.Replaced(text == "yes")
            : new KeyValueOutput(text == "yes");
    }

    public object? Apply(LogEntry entry, object command)
    {
        string[] parts = Encoding.UTF8.GetString((byte[])command).Split(' ');
        if (parts.Length < 4)
            return null;
        var (kind, key, expected, value) = (Enum.Parse<KeyValueKind>(parts[0]), parts[1], parts[2], parts[3]);
        string present = _values.GetValueOrDefault(key, None);
        bool yes = kind switch
        {
            KeyValueKind.CompareAndSet => present == expected,
            KeyValueKind.Create => present == None,
            _ => present != None,
        };
        if (kind == KeyValueKind.Delete || (yes && value == None))
            _values.Remove(key);
        else if (yes || kind == KeyValueKind.Put)
            _values[key] = value;
        return Encoding.UTF8.GetBytes(yes ? "yes" : "no");
    }

    public object? Query(object request) =>
        _values.TryGetValue(Encoding.UTF8.GetString((byte[])request), out string? value)
            ? Encoding.UTF8.GetBytes(value)
            : null;

    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() =>
        [.. _values.Select(pair => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"{pair.Key} {pair.Value}\n"))];

    public void Restore(Stream snapshot)
    {
        using var reader = new StreamReader(snapshot, Encoding.UTF8, leaveOpen: true);
        while (reader.ReadLine() is { } line)
            _values.Add(line[..line.IndexOf(' ')], line[(line.IndexOf(' ') + 1)..]);
    }
}
