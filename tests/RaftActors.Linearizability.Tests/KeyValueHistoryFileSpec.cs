using RaftActors.Linearizability.KeyValue;

namespace RaftActors.Linearizability.Tests;

public sealed class KeyValueHistoryFileSpec
{
    [Fact]
    public void What_is_written_is_read_again()
    {
        var history = GeneratedHistory.Make(3, 500, clients: 4, keys: 3, unknownPercent: 10);
        history.Add(new(1, 9_000_000, 9_000_001, KeyValueInput.Put("\u00e4 \"quoted\"\n", "line\nbreak \\ \u0001"),
            KeyValueOutput.Replaced(true)));
        history.Add(new(1, 9_000_002, 9_000_003, KeyValueInput.CompareAndSet("x", null, null), KeyValueOutput.No));

        Assert.Equal(history.OrderBy(o => o.Call), KeyValueHistoryFile.Read(new StringReader(Text(history))));
    }

    [Fact]
    public void A_line_is_an_object_with_the_documented_names()
    {
        var text = Text(new HistoryBuilder().Put(1, 2, "a").Get(3, 4, null)
            .CompareAndSet(5, null, "a", "b", done: false).Delete(6, 7, existed: true)
            .Replace(8, 9, "c", existed: false).Operations);

        Assert.Equal(
            """
            {"client":0,"call":1,"return":2,"kind":"put","key":"x","value":"a","result":{"done":true}}
            {"client":1,"call":3,"return":4,"kind":"get","key":"x","result":{"value":null}}
            {"client":2,"call":5,"return":null,"kind":"compare-and-set","key":"x","expected":"a","value":"b","result":null}
            {"client":3,"call":6,"return":7,"kind":"delete","key":"x","result":{"done":true}}
            {"client":4,"call":8,"return":9,"kind":"put","key":"x","value":"c","result":{"done":true,"existed":false}}

            """.ReplaceLineEndings(), text.ReplaceLineEndings());
    }

    [Theory]
    [InlineData("{}", "client")]
    [InlineData("nonsense", "invalid")]
    [InlineData("null", "not an operation")]
    [InlineData("""{"client":0,"call":1,"return":2,"kind":"push","key":"x"}""", "push")]
    [InlineData("""{"client":0,"call":1,"return":2,"kind":"get","key":"x"}""", "result")]
    [InlineData("""{"client":0,"call":3,"return":2,"kind":"get","key":"x","result":{"value":null}}""", "before")]
    [InlineData("""{"client":0,"call":1,"return":2,"kind":"put","key":"x","result":{"done":true}}""", "value")]
    [InlineData("""{"client":0,"call":1,"return":2,"kind":"delete","key":"x","result":{}}""", "done")]
    public void A_line_that_is_none_is_refused_with_its_number(string line, string why)
    {
        var read = () => KeyValueHistoryFile.Read(new StringReader($"\n{line}\n"));

        var message = Assert.Throws<InvalidDataException>(read).Message;
        Assert.StartsWith("Line 2 ", message);
        Assert.Contains(why, message);
    }

    [Fact]
    public void A_recorder_takes_down_what_clients_see()
    {
        var now = 0L;
        var recorder = new KeyValueRecorder(() => ++now);
        recorder.Begin(1, KeyValueInput.Put("x", "a")).Return(KeyValueOutput.Yes);
        recorder.Begin(2, KeyValueInput.Put("x", "b"));
        recorder.Begin(3, KeyValueInput.Put("x", "c")).NotDone();

        Assert.Equal(
            [new(1, 1, 2, KeyValueInput.Put("x", "a"), KeyValueOutput.Yes),
            new Operation<KeyValueInput, KeyValueOutput>(2, 3, null, KeyValueInput.Put("x", "b"), null)],
            recorder.History());
    }

    private static string Text(IEnumerable<Operation<KeyValueInput, KeyValueOutput>> history)
    {
        var writer = new StringWriter();
        KeyValueHistoryFile.Write(writer, history);
        return writer.ToString();
    }
}
