using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace RaftNode.Host.Commands;

/// <summary>The options of the commands that send requests to nodes.</summary>
internal static class NodeOptions
{
    private const double ShortestTimeout = 0.001;
    private const double LongestTimeout = 2_000_000; // Timers count milliseconds with 31 bits.

    /// <summary>The nodes to ask.</summary>
    public static readonly Option<string[]> Urls = new("--url", "-u")
    {
        HelpName = "URL",
        Description = "A node's HTTP address. It may be given several times, or be a list with commas. "
            + "The command asks the first node that can be reached (status asks all).",
        DefaultValueFactory = _ => ["http://127.0.0.1:8081", "http://127.0.0.1:8082", "http://127.0.0.1:8083"],
    };

    /// <summary>The configuration of a stopped node.</summary>
    public static readonly Option<string?> StoppedNodesConfig = new("--config", "-c")
    {
        HelpName = "FILE",
        Description = "The node's HOCON file, which says where its journal is. "
            + "Not needed for raft.db in the node's directory.",
    };

    /// <summary>How long to wait for an answer.</summary>
    public static readonly Option<double> Timeout = CreateTimeout("The longest time to wait for an answer.", 10);

    /// <summary>Makes an option <c>--timeout</c>.</summary>
    public static Option<double> CreateTimeout(string description, double seconds) => new("--timeout")
    {
        HelpName = "SECONDS",
        Description = description,
        DefaultValueFactory = _ => seconds,
        CustomParser = ParseTimeout,
    };

    /// <summary>Makes the client for the options.</summary>
    public static NodeClient Client(ParseResult parsed) =>
        Client(parsed, TimeSpan.FromSeconds(parsed.GetValue(Timeout)));

    /// <summary>Makes a client for the nodes in the options.</summary>
    public static NodeClient Client(ParseResult parsed, TimeSpan timeout) => new(UrlsIn(parsed), timeout);

    // Not a validator: for a value that is not a number, the library would throw.
    private static double ParseTimeout(ArgumentResult result)
    {
        if (result.Tokens is [var text] && double.TryParse(text.Value, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= ShortestTimeout and <= LongestTimeout)
            return seconds;
        result.AddError(string.Create(CultureInfo.InvariantCulture,
            $"--timeout is a number of seconds from {ShortestTimeout} to {LongestTimeout}."));
        return default;
    }

    private static IEnumerable<string> UrlsIn(ParseResult parsed) =>
        parsed.GetValue(Urls)!.SelectMany(static urls =>
            urls.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
