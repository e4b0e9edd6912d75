using Akka.Configuration;
using BenchmarkDotNet.Attributes;

namespace RaftActors.Microbench;

/// <summary>Settings from text.</summary>
public class HoconBenchmarks
{
    private string _text = "";

    /// <summary>Reads the text.</summary>
    [GlobalSetup]
    public void Read()
    {
        using var reader = new StreamReader(typeof(RaftSettings).Assembly.GetManifestResourceStream("RaftActors.reference.conf")!);
        _text = reader.ReadToEnd();
    }

    /// <summary>The defaults of a peer, parsed, and one of them looked up.</summary>
    [Benchmark]
    public string HoconParse() => ConfigurationFactory.ParseString(_text).GetString("raft.heartbeat-interval", "");
}
