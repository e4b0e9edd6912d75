using System.CommandLine;

namespace RaftNode.Host.Commands;

/// <summary>The options of the commands that ask nodes.</summary>
internal static class NodeOptions
{
    /// <summary>The nodes.</summary>
    public static readonly Option<string[]> Urls = new("--url", "-u")
    {
        HelpName = "URL",
        Description = "A node's HTTP address; may be given several times, or be a list with commas: the first that can be reached is asked (status: all are).",
        DefaultValueFactory = _ => ["http://127.0.0.1:8081", "http://127.0.0.1:8082", "http://127.0.0.1:8083"],
    };

    /// <summary>How long an answer may take.</summary>
    public static readonly Option<double> Timeout = new("--timeout")
    {
        HelpName = "SECONDS",
        Description = "How long an answer may take.",
        DefaultValueFactory = _ => 10,
    };

    /// <summary>Makes the client that the options describe.</summary>
    public static NodeClient Client(ParseResult parsed) => Client(parsed, TimeSpan.FromSeconds(parsed.GetValue(Timeout)));

    /// <summary>Makes a client of the nodes that the options name.</summary>
    public static NodeClient Client(ParseResult parsed, TimeSpan timeout) => new(UrlsIn(parsed), timeout);

    private static IEnumerable<string> UrlsIn(ParseResult parsed) =>
        parsed.GetValue(Urls)!.SelectMany(static urls => urls.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
