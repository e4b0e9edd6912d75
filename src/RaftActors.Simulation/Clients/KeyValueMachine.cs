using System.Globalization;
using System.Text;
using RaftActors.Linearizability.KeyValue;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Simulation.Clients;

/// <summary>The state machine of the simulation: a key-value store, which also counts how often it was given each command.</summary>
internal sealed class KeyValueMachine(Action<LogEntry> onApply) : IStateMachine
{
    private const string None = "-";

    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>How often each command, by its number, was applied.</summary>
    public SortedDictionary<string, int> Applied { get; } = new(StringComparer.Ordinal);

    /// <summary>The whole state, as text: two machines with the same are the same.</summary>
    public string State => $"{string.Join(' ', _values.Select(pair => $"{pair.Key}={pair.Value}"))} after {string.Join(' ', Applied.Select(pair => $"{pair.Key}:{pair.Value}"))}";

    /// <summary>A command, as the bytes of its text.</summary>
    /// <param name="number">Its number, unlike any other command's.</param>
    /// <param name="input">What it does.</param>
    public static byte[] Command(string number, KeyValueInput input) => Encoding.UTF8.GetBytes(string.Join(' ', number, input.Kind, input.Key, input.Expected ?? None, input.Value ?? None));

    /// <summary>A response, as it is recorded.</summary>
    public static KeyValueOutput Output(KeyValueInput input, object? response)
    {
        string? text = response is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;
        return input.Kind == KeyValueKind.Get ? KeyValueOutput.Found(text) : input.Kind == KeyValueKind.Put ? KeyValueOutput.Replaced(text == "yes") : new KeyValueOutput(text == "yes");
    }

    public object? Apply(LogEntry entry, object command)
    {
        onApply(entry);
        string[] parts = Encoding.UTF8.GetString((byte[])command).Split(' ');
        var (number, kind, key, expected, value) = (parts[0], Enum.Parse<KeyValueKind>(parts[1]), parts[2], parts[3], parts[4]);
        Applied[number] = Applied.GetValueOrDefault(number) + 1;
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

    public object? Query(object request) => _values.TryGetValue(Encoding.UTF8.GetString((byte[])request), out string? value) ? Encoding.UTF8.GetBytes(value) : null;

    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot()
    {
        // Read later, part by part, while commands are applied.
        string[] lines = [$"{_values.Count}", .. _values.Select(pair => $"{pair.Key} {pair.Value}"), .. Applied.Select(pair => $"{pair.Key} {pair.Value}")];
        return lines.Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"{line}\n"));
    }

    public void Restore(Stream snapshot)
    {
        using var reader = new StreamReader(snapshot, Encoding.UTF8, leaveOpen: true);
        int values = int.Parse(reader.ReadLine()!, CultureInfo.InvariantCulture);
        for (int i = 0; reader.ReadLine() is { } line; i++)
        {
            string[] parts = line.Split(' ');
            if (i < values)
                _values.Add(parts[0], parts[1]);
            else
                Applied.Add(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture));
        }
    }
}
