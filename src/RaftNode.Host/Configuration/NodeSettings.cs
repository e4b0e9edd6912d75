using System.Globalization;
using System.Net;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using RaftActors;
using RaftActors.Membership;
using RaftActors.Persistence.Sqlite;
using RaftNode.Host.Node;

namespace RaftNode.Host.Configuration;

/// <summary>
/// All settings of a node: its file, with the defaults of the node and of the library behind it, and the options of the
/// command line before it.
/// </summary>
internal sealed record NodeSettings
{
    /// <summary>The bytes of an entry besides the key and the value: field tags, lengths and a condition.</summary>
    private const int EntryOverhead = 1024;

    /// <summary>The key of the time limit of the shutdown phase in which HTTP is stopped.</summary>
    private const string HttpPhaseTimeout =
        $"akka.coordinated-shutdown.phases.{CoordinatedShutdown.PhaseServiceUnbind}.timeout";

    private const string Tcp = "akka.remote.dot-netty.tcp.";

    /// <summary>The sections of the file that belong to the node. They must not have unknown keys.</summary>
    private static readonly string[] Sections = ["raft", "raftnode"];

    /// <summary>How long it may take to abort the requests that are still under way after their time.</summary>
    private static readonly TimeSpan BreakingOff = TimeSpan.FromSeconds(2);

    /// <summary>The settings of this node's peer.</summary>
    public required RaftSettings Raft { get; init; }

    /// <summary>Over which groups the keys are spread. Each is as <see cref="Raft"/> says, but for its name.</summary>
    public required GroupLayout Layout { get; init; }

    /// <summary>This node's entry in the group's list of members.</summary>
    public required Member Self { get; init; }

    /// <summary>How HTTP is served.</summary>
    public required HttpSettings Http { get; init; }

    /// <summary>Who gets the measurements.</summary>
    public required MetricsSettings Metrics { get; init; }

    /// <summary>The backups that the node writes by schedule; <c>null</c> for none.</summary>
    public required BackupSettings? Backups { get; init; }

    /// <summary>Who gets the spans.</summary>
    public required TracesSettings Traces { get; init; }

    /// <summary>The directory with this node's data.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The file over the defaults, without the settings that lead to this node's own data.</summary>
    public required Config Given { get; init; }

    /// <summary>The configuration of the actor system.</summary>
    public required Config Config { get; init; }

    /// <summary>The journal and the snapshot store.</summary>
    public required StoreSettings Store { get; init; }

    /// <summary>Whether the nodes talk to each other with TLS.</summary>
    public required bool HasRemoteTls { get; init; }

    /// <summary>
    /// What is wrong if other machines can reach the peer, and anybody on them could act as a member, because there is
    /// no TLS; <c>null</c> if that is not so.
    /// </summary>
    public string? PeerExposure =>
        HasRemoteTls || NodeAddress.IsLoopback($"{RaftEndpoint.Host}:{RaftEndpoint.Port}") ? null
            : $"Other nodes reach this one at {Self.Address} without TLS. Anybody who can reach this port can act as a "
                + "member. Set raftnode.remote.tls, or keep others away from the port.";

    /// <summary>The address and port at which remoting listens.</summary>
    public DnsEndPoint RaftEndpoint { get; private init; } = null!;

    /// <summary>Reads a node's file.</summary>
    /// <param name="file">The HOCON file.</param>
    /// <param name="dataDirectory">Overrides <c>raftnode.data-dir</c>, unless <c>null</c>.</param>
    /// <param name="found">Whether the operator says that this node founds the group.</param>
    /// <param name="join">Whether the operator says that this node will be added to an existing group.</param>
    /// <param name="ownDirectory">
    /// The node's own directory, which overrides all settings; <c>null</c> to use the settings.
    /// </param>
    /// <param name="insecure">Whether the operator says that HTTP is served without TLS and roles.</param>
    /// <exception cref="NodeStartException">
    /// The file is not HOCON, or a setting is not usable. The message says which.
    /// </exception>
    public static NodeSettings Load(
        string file, string? dataDirectory = null, bool found = false, bool join = false,
        string? ownDirectory = null, bool insecure = false)
    {
        var own = ConfigFile.Load(file);
        try
        {
            var settings = From(own.Config, dataDirectory, found, join, ownDirectory);
            return insecure ? settings with { Http = settings.Http with { IsInsecure = true } } : settings;
        }
        catch (SettingException e) when (own.PlaceOf(e.Key) is { } place)
        {
            throw new NodeStartException($"{file}: {place}: {e.Message}", e);
        }
        catch (Exception e) when (e is NodeStartException or ConfigurationException or FormatException
            or NotSupportedException or OverflowException or ArgumentException)
        {
            throw new NodeStartException($"{file}: {e.Message}", e);
        }
    }

    private static NodeSettings From(Config own, string? dataDirectory, bool found, bool join, string? ownDirectory)
    {
        FormerSettings.Refuse(own);
        string groupsKey = GroupSettings.Expand(own);
        var reference = Reference().WithFallback(RaftActors.Raft.DefaultConfig());
        var keys = new KnownKeys(reference, Sections);
        foreach (var section in Sections)
            keys.Check(section, own.HasPath(section) ? own.GetConfig(section) : null);
        var config = own.WithFallback(reference);
        var raft = RaftSettings.FromConfig(config.GetConfig("raft") ?? Config.Empty);
        var self = raft.Members.Single(member => member.Id == raft.MemberId);
        var http = HttpSettings.From(config);
        if (http.MaxValueBytes + http.MaxKeyBytes + EntryOverhead > raft.MaxEntryBytes)
        {
            throw new SettingException(
                "raftnode.http.max-value-bytes",
                $"raftnode.http.max-value-bytes = {http.MaxValueBytes} does not fit raft.max-entry-bytes = "
                + $"{raft.MaxEntryBytes} with a key of {http.MaxKeyBytes} bytes and {EntryOverhead} more bytes");
        }
        if (http.MaxBodyBytes < http.MaxValueBytes)
        {
            throw new SettingException(
                "raftnode.http.max-body-bytes",
                $"raftnode.http.max-body-bytes = {http.MaxBodyBytes} is less than raftnode.http.max-value-bytes = "
                + $"{http.MaxValueBytes}: the largest value could never be sent");
        }
        var endpoint = Endpoint(self, own);
        if (endpoint.Port == http.Endpoint.Port && IsSameHost(endpoint.Host, http.Endpoint.Address))
        {
            throw new NodeStartException(
                $"raftnode.http.port = {http.Endpoint.Port} is also the port of {self.Address} in raft.members, for "
                    + "the other nodes: "
                + "a port is for one thing. Give HTTP another one");
        }
        if ((dataDirectory ?? config.GetString("raftnode.data-dir", null)) is not { Length: > 0 } data)
            throw new NodeStartException("raftnode.data-dir names no directory");
        var directory = Path.GetFullPath(ownDirectory ?? Path.Combine(data, self.Id));
        var remoteTls = RemoteTlsSettings.From(config, http.ReloadInterval);
        var store = StoreSettings.From(config, raft.JournalPluginId, raft.SnapshotPluginId, directory);
        return new NodeSettings
        {
            // A request is answered by its deadline. So before that time the peer must report that there is no leader,
            // or that a new voter is silent. Otherwise the outcome of a request that was certainly not done would be
            // reported as unknown.
            Raft = raft with
            {
                Found = raft.Found || found,
                Join = raft.Join || join,
                LeaderWait = Min(raft.LeaderWait, http.RequestTimeout / 2),
                CatchUpTimeout = Min(raft.CatchUpTimeout, http.RequestTimeout * 0.8),
            },
            Layout = GroupSettings.Read(config, groupsKey, raft.Group, store),
            Self = self,
            Http = http,
            Metrics = MetricsSettings.From(config),
            Backups = BackupSettings.From(config),
            Traces = TracesSettings.From(config),
            DataDirectory = directory,
            RaftEndpoint = endpoint,
            Store = store,
            Given = config,
            HasRemoteTls = remoteTls.Length > 0 || config.GetString(Tcp + "tls.certificate", "").Length > 0,
            Config = ConfigurationFactory.ParseString(remoteTls).WithFallback(Overrides(endpoint, own, http))
                .WithFallback(store.Overrides()).WithFallback(config),
        };
    }

    /// <summary>The default settings of a node.</summary>
    public static Config Reference() => ConfigurationFactory
        .FromResource("RaftNode.Host.reference.conf", typeof(NodeSettings).Assembly)
        .WithFallback(SqlitePersistence.DefaultConfig());

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    /// <summary>
    /// The address at which remoting listens. By default it is the member's address, so that the address need not be
    /// configured twice. If the public address is configured, it must be the member's. The address to listen on may
    /// differ, if the member's address leads to it.
    /// </summary>
    private static DnsEndPoint Endpoint(Member self, Config file)
    {
        var endpoint = self.Address[(self.Address.LastIndexOf('@') + 1)..];
        var colon = endpoint.LastIndexOf(':');
        var (host, port) = (endpoint[..colon], int.Parse(endpoint.AsSpan(colon + 1), CultureInfo.InvariantCulture));
        var (listeningHost, listeningPort) =
            (file.GetString(Tcp + "hostname", "") ?? "", HoconValues.Port(file, Tcp + "port"));
        var saidHost = file.GetString(Tcp + "public-hostname", "") is { Length: > 0 } publicHost
            ? publicHost
            : listeningHost;
        var saidPort = HoconValues.Port(file, Tcp + "public-port") is var publicPort and > 0
            ? publicPort
            : listeningPort;
        if ((saidHost.Length > 0 && saidHost != host) || (saidPort > 0 && saidPort != port))
        {
            throw new SettingException("akka.remote.dot-netty.tcp",
                "akka.remote.dot-netty.tcp says that this node is at "
                    + $"{(saidHost.Length > 0 ? saidHost : host)}:{(saidPort > 0 ? saidPort : port)}, "
                + $"but in raft.members {self.Id} is at {self.Address}");
        }
        return new DnsEndPoint(listeningHost.Length > 0 ? listeningHost : host,
            listeningPort > 0 ? listeningPort : port);
    }

    // If remoting listens on all addresses of the machine, it listens on each.
    private static bool IsSameHost(string host, IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
        || (IPAddress.TryParse(host == "localhost" ? "127.0.0.1" : host, out var other)
            && (other.Equals(address) || other.Equals(IPAddress.Any) || other.Equals(IPAddress.IPv6Any)));

    private static Config Overrides(DnsEndPoint endpoint, Config own, HttpSettings http)
    {
        var text = new StringBuilder()
            .Append(Tcp).Append("hostname = ").AppendLine(StorePlace.Quote(endpoint.Host))
            .Append(Tcp).Append("port = ").Append(endpoint.Port).AppendLine();
        if (!own.HasPath(HttpPhaseTimeout))
            text.Append(HttpPhaseTimeout).Append(" = ")
                .Append((long)(http.ShutdownTimeout + BreakingOff).TotalMilliseconds).AppendLine(" ms");
        return ConfigurationFactory.ParseString(text.ToString());
    }
}
