using Akka.Actor;
using Akka.Configuration;
using static RaftActors.RaftSettings;

namespace RaftActors.Client;

/// <summary>The settings of a <see cref="RaftClient"/>. Immutable.</summary>
/// <remarks>
/// <see cref="FromConfig"/> reads the settings from HOCON, section <c>raft</c>, keys <c>group</c> and <c>client.*</c>.
/// <c>reference.conf</c> documents each key.
/// </remarks>
public sealed record RaftClientSettings
{
    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>
    /// Nodes of the group: enough of them that one is always there. The leader need not be among them. Each is
    /// <c>host:port</c>, or <c>system@host:port</c> if the node's actor system has another name than this one. Remoting
    /// must be on. Not used when there is a <see cref="Peer"/>.
    /// </summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>
    /// This node's own peer, as <see cref="Raft.StartAsync"/> returned it. It knows the leader and forwards to it.
    /// <c>null</c> for a client on a node without a peer.
    /// </summary>
    public IActorRef? Peer { get; init; }

    /// <summary>
    /// How many commands may be under way, counted from the oldest one without an answer, and how many queries. At most
    /// the group's <see cref="RaftSettings.MaxSessionResponses"/>.
    /// </summary>
    public int Window { get; init; } = 64;

    /// <summary>
    /// How many commands and queries may wait for the window. The next one is answered
    /// <see cref="FailureReason.Overloaded"/>.
    /// </summary>
    public int MaxWaiting { get; init; } = 4096;

    /// <summary>The time after which the client gives a command or query up, unless the caller names another.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the client waits for a peer's answer before it tries again, perhaps at another peer.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The shortest wait before another attempt. A random part of it, up to a half, is taken off.</summary>
    public TimeSpan RetryBackoffMin { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest wait before another attempt. The wait doubles with each failure.</summary>
    public TimeSpan RetryBackoffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The seed of the random part of the waits, for a simulation. <c>null</c> for an unpredictable seed.
    /// </summary>
    public int? RandomSeed { get; init; }

    /// <summary>
    /// Whether code that awaits a task of <see cref="RaftClient"/> continues within the client's actor and not on the
    /// thread pool. This is for a simulation, in which nothing may run elsewhere. Do not set it otherwise: code that
    /// takes long there delays the client.
    /// </summary>
    public bool ContinueInline { get; init; }

    /// <summary>
    /// Whether a session that nobody uses is closed, and the next command opens another one. A group with an open
    /// session does not rest.
    /// </summary>
    internal bool ClosesIdleSession { get; init; }

    /// <summary>How the nodes are reached; <c>null</c> for the actor system's remoting.</summary>
    public IPeerResolver? Resolver { get; init; }

    /// <summary>
    /// Reads the settings from the section <c>raft</c> of a configuration. A missing key has its default of
    /// <c>reference.conf</c>.
    /// </summary>
    /// <param name="raftSection">The section: <c>system.Settings.Config.GetConfig("raft")</c>.</param>
    /// <exception cref="ConfigurationException">
    /// A value is not usable. The message names the value and its key.
    /// </exception>
    public static RaftClientSettings FromConfig(Config? raftSection)
    {
        var reader = new SettingsReader(raftSection);
        return new RaftClientSettings
        {
            Group = reader.Text("group"),
            Addresses = reader.Texts("client.addresses"),
            Window = reader.Count("client.window"),
            MaxWaiting = reader.Count("client.max-waiting"),
            Deadline = reader.Duration("client.deadline"),
            AttemptTimeout = reader.Duration("client.attempt-timeout"),
            RetryBackoffMin = reader.Duration("client.retry-backoff.min"),
            RetryBackoffMax = reader.Duration("client.retry-backoff.max"),
        };
    }

    /// <summary>Checks that the settings are consistent.</summary>
    /// <exception cref="ConfigurationException">They are not. The message names the key and its value.</exception>
    public void Validate()
    {
        CheckGroup(Group, Addresses);
        Check(Peer is not null || Addresses.Count > 0, "client.addresses", "[]",
            "without a local peer the client has to know at least one node");
        Check(Window > 0, "client.window", Window, "it must be more than zero");
        Check(MaxWaiting > 0, "client.max-waiting", MaxWaiting, "it must be more than zero");
        Check(Deadline > TimeSpan.Zero, "client.deadline", Deadline, "it must be more than zero");
        Check(AttemptTimeout > TimeSpan.Zero, "client.attempt-timeout", AttemptTimeout, "it must be more than zero");
        Check(RetryBackoffMin > TimeSpan.Zero, "client.retry-backoff.min", RetryBackoffMin,
            "it must be more than zero");
        Check(RetryBackoffMax >= RetryBackoffMin, "client.retry-backoff.max", RetryBackoffMax,
            "it must be at least client.retry-backoff.min");
    }
}
