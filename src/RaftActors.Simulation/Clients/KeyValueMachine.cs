using System.Globalization;
using System.IO.Hashing;
using System.Text;
using RaftActors.Linearizability.KeyValue;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Simulation.Clients;

/// <summary>
/// The state machine of the simulation: a key-value store that also counts how often it was given each command.
/// </summary>
internal sealed class KeyValueMachine(IMachineWatcher watcher) : IStateMachine, IStateDigest
{
    private const string None = "-";

    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);
    private int _images;

    /// <summary>For each command number, how often that command was applied.</summary>
    public SortedList<string, int> Applied { get; } = new(StringComparer.Ordinal);

    /// <summary>The index of the last command that was applied.</summary>
    public long LastIndex { get; private set; }

    /// <summary>The whole state as text. Two state machines with equal states have equal texts.</summary>
    public string State => StateOf(TextOf(_values, '='), TextOf(Applied, ':'));

    /// <summary>
    /// A part of the state that no command reads or writes. Empty, unless it was changed from outside.
    /// </summary>
    public string Hidden { get; set; } = "";

    /// <summary>The state including the hidden part.</summary>
    public string WholeState => Hidden.Length > 0 ? $"{State} {Hidden}" : State;

    public ulong Digest() => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(WholeState));

    /// <summary>Encodes a command as text.</summary>
    /// <param name="number">The number of the command. No other command has it.</param>
    /// <param name="input">The operation.</param>
    public static byte[] Command(string number, KeyValueInput input) =>
        Encoding.UTF8.GetBytes(string.Join(' ', number, input.Kind, input.Key, input.Expected ?? None,
            input.Value ?? None));

    /// <summary>The response in the form of a history.</summary>
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
        watcher.Applies(this, entry);
        LastIndex = entry.Index;
        string[] parts = Encoding.UTF8.GetString((byte[])command).Split(' ');
        var (number, kind, key, expected, value) =
            (parts[0], Enum.Parse<KeyValueKind>(parts[1]), parts[2], parts[3], parts[4]);
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
        string answer = yes ? "yes" : "no";
        watcher.Applied(entry, key, _values.GetValueOrDefault(key), answer);
        return Encoding.UTF8.GetBytes(answer);
    }

    // In parts of a few bytes each, so that there are many chunks and they end anywhere.
    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot()
    {
        string values = TextOf(_values, '='), applied = TextOf(Applied, ':');
        watcher.Captured(LastIndex, StateOf(values, applied));
        string text = $"{LastIndex}\n{values}\n{applied}{(Hidden.Length > 0 ? $"\n{Hidden}" : "")}";
        int image = ++_images;
        return Encoding.UTF8.GetBytes(text).Chunk(17).Select(part =>
        {
            watcher.ReadsImage(image == _images);
            return new ReadOnlyMemory<byte>(part);
        });
    }

    public void Restore(Stream snapshot)
    {
        using var reader = new StreamReader(snapshot, Encoding.UTF8, leaveOpen: true);
        string[] lines = reader.ReadToEnd().Split('\n');
        LastIndex = long.Parse(lines[0], CultureInfo.InvariantCulture);
        foreach (string[] pair in Pairs(lines[1], '='))
            _values[pair[0]] = pair[1];
        foreach (string[] pair in Pairs(lines[2], ':'))
            Applied[pair[0]] = int.Parse(pair[1], CultureInfo.InvariantCulture);
        Hidden = lines.Length > 3 ? lines[3] : "";
        watcher.Restored(this);
    }

    private static string StateOf(string values, string applied) => $"{values} after {applied}";

    private static string TextOf<T>(IEnumerable<KeyValuePair<string, T>> pairs, char separator)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in pairs)
            text.Append(text.Length > 0 ? " " : "").Append(key).Append(separator).Append(value);
        return text.ToString();
    }

    private static IEnumerable<string[]> Pairs(string line, char separator) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split(separator));

    public object? Query(object request) =>
        _values.TryGetValue(Encoding.UTF8.GetString((byte[])request), out string? value)
            ? Encoding.UTF8.GetBytes(value)
            : null;
}
