using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace RaftNode.Host.Commands;

/// <summary>The options of the commands that send requests to nodes.</summary>
internal static class NodeOptions
{
    /// <summary>The environment variable for the authorities of the nodes' certificates.</summary>
    public const string AuthorityVariable = "RAFTNODE_CACERT";

    /// <summary>The environment variable for the file with the client's token.</summary>
    public const string TokenFileVariable = "RAFTNODE_TOKEN_FILE";

    private const double ShortestTimeout = 0.001;
    private const double LongestTimeout = 2_000_000; // Timers count milliseconds with 31 bits.

    /// <summary>The nodes to ask.</summary>
    public static readonly Option<string[]> Urls = new("--url", "-u", "--nodes")
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

    /// <summary>The group that a command is about.</summary>
    public static readonly Option<int?> Group = new("--group")
    {
        HelpName = "NUMBER",
        Description = "The number of the group, from 0, on nodes with several groups (raftnode.groups).",
    };

    /// <summary>How long to wait for an answer.</summary>
    public static readonly Option<double> Timeout = CreateTimeout("The longest time to wait for an answer.", 10);

    /// <summary>How long to look for a node, for commands that go on when a node is lost.</summary>
    public static readonly Option<double> SearchTimeout = CreateTimeout(
        "The longest time to look for a node that answers, after the connection to a node was lost.", 10);

    private static readonly Option<string?> Authority = CreateFile("--cacert", AuthorityVariable,
        "The PEM file with the certificate authorities of the nodes. The default is those of the system.");

    private static readonly Option<string?> Certificate = CreateFile("--cert", "RAFTNODE_CERT",
        "The certificate that the command shows to nodes: a PEM file, or a PFX file without a password.");

    private static readonly Option<string?> Key = CreateFile("--key", "RAFTNODE_KEY",
        "The PEM file with the key of the certificate, if the certificate's file does not have it.");

    private static readonly Option<string?> TokenFile = CreateFile("--token-file", TokenFileVariable,
        "The file with the token that the command sends to nodes.");

    /// <summary>The options that say how a client and a node prove who they are.</summary>
    public static IReadOnlyList<Option> Credentials { get; } = [Authority, Certificate, Key, TokenFile];

    /// <summary>The options that say which nodes to ask, and <see cref="Credentials"/>.</summary>
    public static IReadOnlyList<Option> Connection { get; } = [Urls, .. Credentials];

    /// <summary>Adds options to a command.</summary>
    public static void Add(this Command command, IReadOnlyList<Option> options)
    {
        foreach (var option in options)
            command.Options.Add(option);
    }

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
    public static NodeClient Client(ParseResult parsed, TimeSpan timeout) =>
        new(UrlsIn(parsed), timeout, CredentialsIn(parsed)) { Group = parsed.GetValue(Group) };

    /// <summary>The credentials in the options, or else in the environment.</summary>
    /// <exception cref="NodeStartException">A file cannot be used.</exception>
    public static NodeCredentials CredentialsIn(ParseResult parsed) => NodeCredentials.Load(
        parsed.GetValue(Authority), parsed.GetValue(Certificate), parsed.GetValue(Key), parsed.GetValue(TokenFile));

    private static Option<string?> CreateFile(string name, string variable, string description) => new(name)
    {
        HelpName = "FILE",
        Description = $"{description} The environment variable {variable} says it, too.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } file ? file : null,
    };

    /// <summary>Makes a client for the nodes in the options that begins with one of them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="first">The number of the node to begin with; past the last node it goes on with the first.</param>
    public static NodeClient Client(ParseResult parsed, int first)
    {
        var urls = UrlsIn(parsed).ToList();
        first %= Math.Max(1, urls.Count);
        return new NodeClient(
            urls.Skip(first).Concat(urls.Take(first)), TimeSpan.FromSeconds(parsed.GetValue(Timeout)),
            CredentialsIn(parsed));
    }

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

    private static IEnumerable<string> UrlsIn(ParseResult parsed) => Split(parsed.GetValue(Urls)!);

    /// <summary>The URLs of an option that may be given several times, and may be a list with commas.</summary>
    public static IEnumerable<string> Split(string[] given) => given.SelectMany(static urls =>
        urls.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
