using RaftActors.Linearizability.KeyValue;

namespace RaftActors.Linearizability.Tests;

/// <summary>Hand-made histories of one key: every line an operation with its call and return.</summary>
internal sealed class HistoryBuilder
{
    private const string Key = "x";

    private readonly List<Operation<KeyValueInput, KeyValueOutput>> _operations = [];

    public IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> Operations => _operations;

    public HistoryBuilder Put(long call, long? end, string value, string key = Key) =>
        Add(call, end, KeyValueInput.Put(key, value), KeyValueOutput.Yes);

    public HistoryBuilder Get(long call, long? end, string? value, string key = Key) =>
        Add(call, end, KeyValueInput.Get(key), KeyValueOutput.Found(value));

    public HistoryBuilder Delete(long call, long? end, bool existed) =>
        Add(call, end, KeyValueInput.Delete(Key), new KeyValueOutput(existed));

    public HistoryBuilder Create(long call, long? end, string value, bool done) =>
        Add(call, end, KeyValueInput.Create(Key, value), new KeyValueOutput(done));

    public HistoryBuilder CompareAndSet(long call, long? end, string? expected, string? value, bool done) =>
        Add(call, end, KeyValueInput.CompareAndSet(Key, expected, value), new KeyValueOutput(done));

    public HistoryBuilder Replace(long call, long? end, string value, bool existed) =>
        Add(call, end, KeyValueInput.Put(Key, value), KeyValueOutput.Replaced(existed));

    public CheckResult<KeyValueInput, KeyValueOutput> Check(CheckerOptions? options = null) =>
        LinearizabilityChecker.Check(KeyValueModel.Instance, _operations, options);

    private HistoryBuilder Add(long call, long? end, KeyValueInput input, KeyValueOutput output)
    {
        _operations.Add(new Operation<KeyValueInput, KeyValueOutput>(_operations.Count, call, end, input,
            end is null ? null : output));
        return this;
    }
}
