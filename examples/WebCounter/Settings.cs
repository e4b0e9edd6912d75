namespace WebCounter;

/// <summary>
/// What the command line says. Node 2 serves HTTP at port 5002, and the other nodes reach it at port 4062.
/// </summary>
internal sealed record Settings
{
    /// <summary>The numbers of the nodes of the group.</summary>
    public static readonly int[] AllNodes = [1, 2, 3];

    /// <summary>The only node that runs in this process; 0 for all nodes.</summary>
    public int Node { get; init; }

    /// <summary>The first port before those of HTTP.</summary>
    public int Http { get; init; } = 5000;

    /// <summary>The first port before those of the peers.</summary>
    public int Raft { get; init; } = 4060;

    /// <summary>After how many seconds a request is answered that the nodes cannot serve.</summary>
    public int Deadline { get; init; } = 30;

    /// <summary>The directory of the nodes' journals and snapshots.</summary>
    public string Data { get; init; } = "data/web-counter";

    /// <summary>The nodes that run in this process.</summary>
    public int[] Nodes => Node == 0 ? AllNodes : [Node];

    /// <summary>Where a node serves HTTP.</summary>
    public string Url(int node) => $"http://127.0.0.1:{HttpPort(node)}";

    /// <summary>The port at which a node serves HTTP.</summary>
    public int HttpPort(int node) => Http + node;

    /// <summary>The port at which the other nodes reach a node.</summary>
    public int RaftPort(int node) => Raft + node;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="InvalidOperationException">The command line cannot be understood.</exception>
    public static Settings From(string[] arguments)
    {
        var settings = new ConfigurationBuilder().AddCommandLine(arguments).Build()
            .Get<Settings>(static options => options.ErrorOnUnknownConfiguration = true) ?? new Settings();
        return settings.Node is 0 or 1 or 2 or 3
            ? settings
            : throw new InvalidOperationException($"There is no node {settings.Node}: --node is 1, 2 or 3.");
    }
}
