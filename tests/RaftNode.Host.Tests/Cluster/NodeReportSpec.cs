using System.Text;
using RaftNode.Host.Cluster;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Cluster;

public sealed class NodeReportSpec
{
    private static readonly ProblemDocument Silent = new("urn:raftnode:peer-silent", "It recovers.");

    [Fact]
    public void A_report_comes_back_as_it_was()
    {
        var report = new NodeReport("run", Samples.Status(), null, [Samples.Event(1), Samples.Event(2)]);

        var read = NodeReport.Read(report.ToJson(), out string problem);

        Assert.Equal("", problem);
        Assert.Equal(("run", "node1", null), (read!.Run, read.Status!.Node, read.Problem));
        Assert.Equal(report.Events, read.Events);
    }

    [Fact]
    public void A_node_whose_peer_does_not_run_says_why()
    {
        var read = NodeReport.Read(new NodeReport("run", null, Silent, []).ToJson(), out _);

        Assert.Equal((null, Silent), (read!.Status, read.Problem));
    }

    [Fact]
    public void A_report_is_never_longer_than_a_node_reads()
    {
        var long1 = Samples.Status() with { Damages = [.. Enumerable.Repeat(new string('d', 1000), 1000)] };
        var shortened = NodeReport.Read(new NodeReport("run", long1, null, [Samples.Event(1)]).ToJson(), out _);
        Assert.Equal((8, 1), (shortened!.Status!.Damages.Count, shortened.Events.Count));

        var many = Samples.Status() with
        {
            Damages = [new string('d', NodeReport.MostBytes - 4000)],
            Groups = new GroupsDocument(1024, 0, 1024, 0, new Dictionary<string, int>())
            {
                Troubled = [.. Enumerable.Range(0, 1024)],
            },
        };
        var few = NodeReport.Read(new NodeReport("run", many, null, []).ToJson(), out _);
        Assert.Equal(Enumerable.Range(0, 8), few!.Status!.Groups!.Troubled);

        var longer = Samples.Status() with { Damages = [new string('d', NodeReport.MostBytes)] };
        var refused = NodeReport.Read(new NodeReport("run", longer, null, []).ToJson(), out _);
        Assert.Contains("ask the node itself", refused!.Problem!.Detail);
    }

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("null", "not one that this version knows")]
    [InlineData("{}", "not one that this version knows")]
    [InlineData("""{ "run": "run", "events": [] }""", "not one that this version knows")]
    [InlineData("""{ "run": null, "problem": { "type": "", "detail": "" }, "events": [] }""", "cannot be read")]
    [InlineData("""{ "run": "run", "problem": { "type": "", "detail": "" }, "events": [ null ] }""",
        "not one that this version knows")]
    [InlineData("""{ "run": "run", "problem": { "type": "", "detail": "" }, "events": null }""", "cannot be read")]
    [InlineData("""{ "run": "run", "status": { "node": "node1" }, "events": [] }""", "cannot be read")]
    [InlineData("[[[[", "cannot be read")]
    public void What_is_no_report_is_named_and_does_no_harm(string json, string problem)
    {
        Assert.Null(NodeReport.Read(Encoding.UTF8.GetBytes(json), out string said));
        Assert.Contains(problem, said);
    }

    [Fact]
    public void What_is_too_long_is_not_even_read()
    {
        Assert.Null(NodeReport.Read(new byte[NodeReport.MostBytes + 1], out string said));
        Assert.Contains($"{NodeReport.MostBytes + 1} bytes", said);
    }
}
