using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using RaftActors.Log;
using RaftActors.Membership;

namespace RaftActors;

public sealed partial record RaftSettings
{
    /// <summary>The bytes that a message may have beside its entries.</summary>
    internal const int FrameOverhead = 64 * 1024;

    /// <summary>The key of the largest message that remoting takes.</summary>
    internal const string MaximumFrameSize = "akka.remote.dot-netty.tcp.maximum-frame-size";

    /// <summary>
    /// Reads the settings from the section <c>raft</c> of a configuration. A missing key has its default of
    /// <c>reference.conf</c>.
    /// </summary>
    /// <param name="raftSection">The section: <c>system.Settings.Config.GetConfig("raft")</c>.</param>
    /// <exception cref="ConfigurationException">
    /// A key is missing or unknown, or its value is not usable. The message names the key and the value.
    /// </exception>
    public static RaftSettings FromConfig(Config? raftSection)
    {
        var reader = new SettingsReader(raftSection);
        var settings = new RaftSettings
        {
            Group = reader.Text("group"),
            MemberId = reader.Text("member-id"),
            Members = reader.Members("members"),
            Found = reader.Switch("found"),
            AllowVolatile = reader.Switch("allow-volatile"),
            Join = reader.Switch("join"),
            CatchUpTimeout = reader.Duration("catch-up-timeout"),
            HeartbeatInterval = reader.Duration("heartbeat-interval"),
            ElectionTimeoutMin = reader.Duration("election-timeout.min"),
            ElectionTimeoutMax = reader.Duration("election-timeout.max"),
            RestAfter = reader.Count("rest-after"),
            PlacementInterval = reader.Duration("placement-interval"),
            DisconnectGraceMin = reader.Duration("disconnect-grace.min"),
            DisconnectGraceMax = reader.Duration("disconnect-grace.max"),
            LeaseReads = reader.Switch("lease-reads.enabled"),
            LeaseClockDrift = reader.Number("lease-reads.clock-drift"),
            FoundingInterval = reader.Duration("founding-interval"),
            MaxEntryBytes = (int)reader.Bytes("max-entry-bytes", int.MaxValue),
            MaxBatchEntries = reader.Count("max-batch-entries"),
            MaxBatchBytes = (int)reader.Bytes("max-batch-bytes", int.MaxValue),
            MaxInflightAppends = reader.Count("max-inflight-appends"),
            MaxPendingProposals = reader.Count("max-pending-proposals"),
            MaxPendingBytes = reader.Bytes("max-pending-bytes", long.MaxValue),
            MaxPendingQueries = reader.Count("max-pending-queries"),
            LeaderWait = reader.Duration("leader-wait"),
            ForwardTimeout = reader.Duration("forward-timeout"),
            ApplyBatchEntries = reader.Count("apply-batch-entries"),
            ApplyCredits = reader.Count("apply-credits"),
            MaxSubscribers = reader.Count("max-subscribers"),
            MaxSubscriberCredits = reader.Count("max-subscriber-credits"),
            SnapshotEntries = reader.Count("snapshot.entries"),
            SnapshotBytes = reader.Bytes("snapshot.bytes", long.MaxValue / 4),
            SnapshotMinGrowth = reader.Number("snapshot.min-growth"),
            SnapshotTrailingEntries = reader.Count("snapshot.trailing-entries"),
            SnapshotTrailingBytes = reader.Bytes("snapshot.trailing-bytes", long.MaxValue),
            SnapshotChunkSize = (int)reader.Bytes("snapshot.chunk-size", int.MaxValue),
            SnapshotSendRate = reader.Bytes("snapshot.send-rate", long.MaxValue),
            ParallelSnapshots = reader.Count("groups.parallel-snapshots"),
            ScrubInterval = reader.Duration("scrub.interval"),
            ScrubRate = reader.Bytes("scrub.rate", long.MaxValue),
            DigestInterval = reader.Duration("digest-interval"),
            SessionTimeout = reader.Duration("sessions.timeout"),
            MaxSessions = reader.Count("sessions.max"),
            MaxSessionResponses = reader.Count("sessions.max-responses"),
            MaxSessionResponseBytes = reader.Bytes("sessions.max-response-bytes", int.MaxValue / 2),
            SessionTickInterval = reader.Duration("sessions.tick-interval"),
            RestartBackoffMin = reader.Duration("restart-backoff.min"),
            RestartBackoffMax = reader.Duration("restart-backoff.max"),
            Dispatcher = reader.OptionalText("dispatcher"),
            JournalPluginId = reader.OptionalText("journal-plugin-id"),
            SnapshotPluginId = reader.OptionalText("snapshot-plugin-id"),
            RandomSeed = reader.OptionalInt("random-seed"),
        };
        settings.ValidateAs(reader.Written);
        return settings;
    }

    /// <summary>Checks that the settings are consistent.</summary>
    /// <exception cref="ConfigurationException">They are not. The message names the key and its value.</exception>
    public void Validate() => ValidateAs(static _ => null);

    // Messages show values as they are written in the configuration, where that is known.
    private void ValidateAs(Func<string, string?> written)
    {
        void Check(bool good, string key, object value, string why)
        {
            if (!good)
                throw Bad(key, (value is string ? null : written(key)) ?? value, why);
        }

        CheckName("group", Group);
        CheckName("member-id", MemberId);
        CheckMembers();
        Check(!(Join && Found), "join", "on", "a node founds a group or joins one: raft.found must be off");
        Check(HeartbeatInterval > TimeSpan.Zero, "heartbeat-interval", HeartbeatInterval, "it must be more than zero");
        Check(ElectionTimeoutMin >= 2 * HeartbeatInterval, "election-timeout.min", ElectionTimeoutMin,
            "it must be at least twice heartbeat-interval");
        Check(ElectionTimeoutMax > ElectionTimeoutMin, "election-timeout.max", ElectionTimeoutMax,
            "it must be more than election-timeout.min, or elections are split forever");
        Check(CatchUpTimeout > TimeSpan.Zero, "catch-up-timeout", CatchUpTimeout, "it must be more than zero");
        Check(RestAfter >= 0, "rest-after", RestAfter, "it must not be negative");
        Check(PlacementInterval >= TimeSpan.Zero, "placement-interval", PlacementInterval, "it must not be negative");
        Check(DisconnectGraceMin > TimeSpan.Zero, "disconnect-grace.min", DisconnectGraceMin,
            "it must be more than zero");
        Check(DisconnectGraceMax >= DisconnectGraceMin, "disconnect-grace.max", DisconnectGraceMax,
            "it must be at least disconnect-grace.min");
        Check(LeaseClockDrift is >= 0
            and < 1, "lease-reads.clock-drift", LeaseClockDrift, "it must be at least 0 and less than 1");
        Check(FoundingInterval > TimeSpan.Zero, "founding-interval", FoundingInterval, "it must be more than zero");
        Check(MaxEntryBytes > 0, "max-entry-bytes", MaxEntryBytes, "it must be more than zero");
        Check(MaxBatchEntries > 0, "max-batch-entries", MaxBatchEntries, "it must be more than zero");
        Check(MaxBatchBytes > 0, "max-batch-bytes", MaxBatchBytes, "it must be more than zero");
        Check(MaxInflightAppends > 0, "max-inflight-appends", MaxInflightAppends, "it must be more than zero");
        Check(MaxPendingProposals > 0, "max-pending-proposals", MaxPendingProposals, "it must be more than zero");
        Check(MaxPendingBytes >= MaxEntryBytes, "max-pending-bytes", MaxPendingBytes,
            "it must be at least max-entry-bytes");
        Check(MaxPendingQueries > 0, "max-pending-queries", MaxPendingQueries, "it must be more than zero");
        Check(LeaderWait > TimeSpan.Zero, "leader-wait", LeaderWait, "it must be more than zero");
        Check(ForwardTimeout > TimeSpan.Zero, "forward-timeout", ForwardTimeout, "it must be more than zero");
        Check(MaxSubscribers >= 0, "max-subscribers", MaxSubscribers, "it must not be negative");
        Check(MaxSubscriberCredits > 0, "max-subscriber-credits", MaxSubscriberCredits, "it must be more than zero");
        Check(ApplyBatchEntries > 0, "apply-batch-entries", ApplyBatchEntries, "it must be more than zero");
        Check(ApplyCredits >= ApplyBatchEntries, "apply-credits", ApplyCredits,
            "it must be at least apply-batch-entries");
        Check(SnapshotEntries > 0, "snapshot.entries", SnapshotEntries, "it must be more than zero");
        Check(SnapshotBytes > 0, "snapshot.bytes", SnapshotBytes, "it must be more than zero");
        Check(SnapshotMinGrowth >= 0, "snapshot.min-growth", SnapshotMinGrowth, "it must not be negative");
        Check(SnapshotTrailingEntries >= 0, "snapshot.trailing-entries", SnapshotTrailingEntries,
            "it must not be negative");
        Check(SnapshotTrailingBytes >= 0, "snapshot.trailing-bytes", SnapshotTrailingBytes, "it must not be negative");
        Check(SnapshotChunkSize > 0, "snapshot.chunk-size", SnapshotChunkSize, "it must be more than zero");
        Check(SnapshotSendRate > 0, "snapshot.send-rate", SnapshotSendRate, "it must be more than zero");
        Check(ParallelSnapshots > 0, "groups.parallel-snapshots", ParallelSnapshots, "it must be more than zero");
        Check(ScrubInterval >= TimeSpan.Zero, "scrub.interval", ScrubInterval, "it must not be negative");
        Check(ScrubRate > 0, "scrub.rate", ScrubRate, "it must be more than zero");
        Check(DigestInterval >= TimeSpan.Zero, "digest-interval", DigestInterval, "it must not be negative");
        Check(SessionTickInterval > TimeSpan.Zero, "sessions.tick-interval", SessionTickInterval,
            "it must be more than zero");
        Check(SessionTimeout >= 2 * SessionTickInterval, "sessions.timeout", SessionTimeout,
            "it must be at least twice sessions.tick-interval");
        Check(MaxSessions > 0, "sessions.max", MaxSessions, "it must be more than zero");
        Check(MaxSessionResponses > 0, "sessions.max-responses", MaxSessionResponses, "it must be more than zero");
        Check(MaxSessionResponseBytes > 0, "sessions.max-response-bytes", MaxSessionResponseBytes,
            "it must be more than zero");
        Check(RestartBackoffMin > TimeSpan.Zero, "restart-backoff.min", RestartBackoffMin, "it must be more than zero");
        Check(RestartBackoffMax >= RestartBackoffMin, "restart-backoff.max", RestartBackoffMax,
            "it must be at least restart-backoff.min");
    }

    /// <summary>The number of bytes of content that fit into a message to another node.</summary>
    internal static long FrameRoom(ExtendedActorSystem system) =>
        FrameSizes.Of(system).Room;

    /// <summary>The largest message in bytes that the remoting takes; <c>null</c> without remoting.</summary>
    internal static long? LargestFrame(ExtendedActorSystem system) =>
        SystemCheck.HasRemoting(system) ? system.Settings.Config.GetByteSize(MaximumFrameSize, null) ?? 0 : null;

    /// <summary>Checks that the settings are consistent with an actor system.</summary>
    /// <exception cref="ConfigurationException">They are not. The message names the key and its value.</exception>
    internal void ValidateAgainst(ExtendedActorSystem system)
    {
        if (LargestFrame(system) is { } bytes)
            ValidateFrameSize(bytes);
        Check(Dispatcher.Length == 0 || system.Dispatchers.HasDispatcher(Dispatcher), "dispatcher", Dispatcher,
            "there is no such dispatcher");
        if (Resolver is null && NodeAddress.TryParse(Self.Address, out var address, out _)
            && address.System is { } name)
        {
            Check(name == system.Name, "members", Self.Address,
                $"it is the address of this node, {MemberId}, whose actor system is called {system.Name}");
        }
    }

    /// <summary>Checks that the largest entry, batch and chunk fit into a frame of the remoting.</summary>
    /// <param name="maximumFrameSize">The largest message in bytes.</param>
    internal void ValidateFrameSize(long maximumFrameSize)
    {
        string why =
            $"the largest message, with 64 KiB to spare, must fit {MaximumFrameSize}, which is {maximumFrameSize}"
            + $" (the defaults of raft.* need 4 MiB). {SystemCheck.RemotingAdvice.TrimEnd('.')}";
        long room = maximumFrameSize - FrameOverhead;
        Check(MaxEntryBytes + LogEntry.MaxOverhead <= room, "max-entry-bytes", MaxEntryBytes, why);
        Check(MaxBatchBytes <= room, "max-batch-bytes", MaxBatchBytes, why);
        Check(SnapshotChunkSize <= room, "snapshot.chunk-size", SnapshotChunkSize, why);
    }

    private void CheckMembers()
    {
        Check(Members.Count > 0, "members", "[]", "the voters of the group are missing");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in Members)
        {
            CheckName("members", member.Id);
            Check(NodeAddress.TryParse(member.Address, out _, out string problem), "members", member.Address, problem);
            Check(member.Priority >= 0, "members", member.Id,
                $"its priority is {member.Priority}; it must not be negative");
            Check(ids.Add(member.Id), "members", member.Id, "the id is there twice");
            Check(addresses.Add(NodeAddress.EndpointOf(member.Address)), "members", member.Address,
                "the host and port are there twice");
        }
        var (near, far) = (Members.FirstOrDefault(static member => NodeAddress.IsLoopback(member.Address)),
            Members.FirstOrDefault(static member => !NodeAddress.IsLoopback(member.Address)));
        Check(near is null || far is null, "members", near?.Address ?? "",
            $"it leads every machine to itself, and {far?.Id} is at {far?.Address}: give each member an address that "
                + "all others reach");
        Check(ids.Contains(MemberId), "member-id", MemberId, "it is not among raft.members");
    }

    private static void CheckName(string key, string name) =>
        Check(Names.IsName(name), key, name ?? "", Names.WhatNamesAre);

    /// <summary>Refuses a value that is not good.</summary>
    /// <exception cref="SettingException">It names the key and the value, and says why.</exception>
    internal static void Check(bool good, string key, object value, string why)
    {
        if (!good)
            throw Bad(key, value, why);
    }

    /// <summary>Checks what a client of a group is told about the group.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="addresses">The addresses of nodes of the group.</param>
    /// <exception cref="SettingException">It names the key and the value, and says why.</exception>
    internal static void CheckGroup(string group, IEnumerable<string> addresses)
    {
        Check(group.Length > 0, "group", group, "the group's name is missing");
        foreach (string address in addresses)
            Check(NodeAddress.TryParse(address, out _, out string problem), "client.addresses", address, problem);
    }

    private static SettingException Bad(string key, object value, string why) =>
        new($"raft.{key}", $"raft.{key} = {(value is TimeSpan time ? Text(time) : value)}: {why}.");

    /// <summary>A duration as HOCON writes it: 300 ms, 3 s.</summary>
    internal static string Text(TimeSpan time)
    {
        bool isSeconds = time.Ticks % TimeSpan.TicksPerSecond == 0;
        double number = isSeconds ? time.TotalSeconds : time.TotalMilliseconds;
        return string.Create(CultureInfo.InvariantCulture, $"{number} {(isSeconds ? "s" : "ms")}");
    }
}
