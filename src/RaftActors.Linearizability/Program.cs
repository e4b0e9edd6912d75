using RaftActors.Linearizability;
using RaftActors.Linearizability.KeyValue;

if (args is not [var path] || (path.StartsWith('-') && path != "-"))
{
    await Console.Error.WriteLineAsync("""
        Judges a history of a key-value store: one JSON object a line, as docs/history-format.md describes.
        - reads standard input.
        usage: RaftActors.Linearizability FILE
        Exit codes: 0 linearizable; 1 not linearizable; 2 no history, or the search was given up.
        """);
    return 2;
}
try
{
    var history = path == "-" ? KeyValueHistoryFile.Read(Console.In) : KeyValueHistoryFile.Read(path);
    var result = LinearizabilityChecker.Check(KeyValueModel.Instance, history);
    Console.WriteLine(result);
    return result.Verdict switch { Verdict.Linearizable => 0, Verdict.NotLinearizable => 1, _ => 2 };
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
{
    await Console.Error.WriteLineAsync($"{path}: {e.Message}");
    return 2;
}
