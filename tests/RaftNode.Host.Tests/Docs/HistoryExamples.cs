using RaftActors.Linearizability;
using RaftActors.Linearizability.KeyValue;

namespace RaftNode.Host.Tests.Docs;

/// <summary>The example of docs/history-format.md.</summary>
public sealed class HistoryExamples
{
    [Fact]
    public void Recording_and_judging()
    {
        using var directory = new TemporaryDirectory();
        var file = directory.In("history.jsonl");

        #region record-and-judge
        var recorder = new KeyValueRecorder();

        var write = recorder.Begin(client: 1, KeyValueInput.Put("color", "red"));    // before the request is sent
        write.Return(KeyValueOutput.Yes);                                            // after the answer is there

        // no answer: it may yet take effect
        recorder.Begin(client: 2, KeyValueInput.Put("color", "blue"));
        recorder.Begin(client: 3, KeyValueInput.Put("color", "green")).NotDone();    // refused: not part of the history

        recorder.Begin(client: 1, KeyValueInput.Get("color")).Return(KeyValueOutput.Found("blue"));
        recorder.Begin(client: 1, KeyValueInput.Get("color")).Return(KeyValueOutput.Found("red"));

        KeyValueHistoryFile.Write(file, recorder.History());
        var result = LinearizabilityChecker.Check(KeyValueModel.Instance, KeyValueHistoryFile.Read(file));

        // Not linearizable: color, of 4 operations. No order explains the answer of get color -> "red"
        Console.WriteLine(result);
        #endregion

        Assert.Equal(Verdict.NotLinearizable, result.Verdict);
        Assert.StartsWith("Not linearizable: color, of 4 operations. No order explains the answer of",
            result.ToString(), StringComparison.Ordinal);
        Assert.Equal(KeyValueOutput.Found("red"), result.Counterexample!.Obstacle.Output);
    }
}
