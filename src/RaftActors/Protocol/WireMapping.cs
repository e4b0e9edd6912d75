using Google.Protobuf;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Placement;
using RaftActors.Replication;
using RaftActors.Resting;

namespace RaftActors.Protocol;

/// <summary>Converts between the messages that a peer handles and the generated types of raft.proto.</summary>
internal static class WireMapping
{
    public static Wire.RequestVote ToWire(this RequestVote m) => new()
    {
        Header = m.Header.ToWire(),
        LastLogIndex = m.LastLogIndex,
        LastLogTerm = m.LastLogTerm,
        PreVote = m.PreVote,
        Transfer = m.Transfer,
        Founding = m.Founding?.ToWire(),
        StoresDigest = m.StoresDigest,
    };

    public static RequestVote FromWire(this Wire.RequestVote m) =>
        new(m.Header.FromWire(), m.LastLogIndex, m.LastLogTerm, m.PreVote, m.Transfer,
            m.Founding?.FromWire()) { StoresDigest = m.StoresDigest };

    public static Wire.RequestVoteReply ToWire(this RequestVoteReply m) => new()
    {
        Header = m.Header.ToWire(),
        Granted = m.Granted,
        PreVote = m.PreVote,
        ElectionTerm = m.ElectionTerm,
        LeaderAddress = m.LeaderAddress,
        Stores = { m.Stores.Select(StoreMapping.ToWire) },
    };

    public static RequestVoteReply FromWire(this Wire.RequestVoteReply m) =>
        new(m.Header.FromWire(), m.Granted, m.PreVote, m.ElectionTerm)
        {
            LeaderAddress = m.LeaderAddress,
            Stores = m.Stores.FromWire(),
        };

    public static Wire.StoreRenewed ToWire(this StoreRenewed m) => new() { StoreId = m.StoreId };

    public static StoreRenewed FromWire(this Wire.StoreRenewed m) =>
        m.StoreId.Length > 0 ? new StoreRenewed(m.StoreId) : throw new FormatException("The store has no identity.");

    // EntryCodec writes the entries after this message.
    public static Wire.NodeHeartbeat ToWire(this NodeHeartbeat m) => new()
    {
        From = m.From,
        To = m.To,
        Process = (ulong)m.Process,
        Leads = m.Leads,
        Follows = m.Follows,
        Asks = m.Asks,
        Divisor = m.Groups?.Divisor ?? 0,
        Remainder = m.Groups?.Remainder ?? 0,
        LeadsGroups = { m.Groups?.Leads ?? [] },
        FollowsGroups = { m.Groups?.Follows ?? [] },
        Leaderships = m.Load?.Leads ?? 0,
        Share = m.Load?.Share ?? 0,
    };

    public static NodeHeartbeat FromWire(this Wire.NodeHeartbeat m) =>
        new(m.From, m.To, (long)m.Process, m.Leads, m.Follows)
        {
            Asks = m.Asks,
            Groups = m.Divisor > 0
                ? new RestingList(m.Divisor, m.Remainder, m.LeadsGroups, m.FollowsGroups)
                : null,
            Load = m.Share > 0 ? new NodeLoad(m.Leaderships, m.Share) : null,
        };

    public static Wire.Introduce ToWire(this Introduce m) =>
        new() { Header = m.Header.ToWire(), Round = m.Round, RecoveredTerm = m.RecoveredTerm,
            RecoveredIndex = m.RecoveredIndex, StoresDigest = m.StoresDigest };

    public static Introduce FromWire(this Wire.Introduce m) =>
        new(m.Header.FromWire(), m.Round)
        {
            RecoveredTerm = m.RecoveredTerm,
            RecoveredIndex = m.RecoveredIndex,
            StoresDigest = m.StoresDigest,
        };

    public static Wire.IntroduceReply ToWire(this IntroduceReply m) => new()
    {
        Header = m.Header.ToWire(),
        Round = m.Round,
        Empty = m.Empty,
        BoundStoreId = m.BoundStoreId,
        LeaderAddress = m.LeaderAddress,
        LastLogTerm = m.LastLogTerm,
        LastLogIndex = m.LastLogIndex,
        IsSetBack = m.IsSetBack,
        Known = m.Known?.ToWire(),
        Stores = { m.Stores.Select(StoreMapping.ToWire) },
    };

    public static IntroduceReply FromWire(this Wire.IntroduceReply m) =>
        new(m.Header.FromWire(), m.Round, m.Empty, m.BoundStoreId)
    {
        LeaderAddress = m.LeaderAddress,
        LastLogTerm = m.LastLogTerm,
        LastLogIndex = m.LastLogIndex,
        IsSetBack = m.IsSetBack,
        Known = m.Known?.FromWire(),
        Stores = m.Stores.FromWire(),
    };

    public static Wire.StoreReplaced ToWire(this StoreReplaced m) => new() { Header = m.Header.ToWire() };

    public static StoreReplaced FromWire(this Wire.StoreReplaced m) => new(m.Header.FromWire());

    public static Wire.ContactRefused ToWire(this ContactRefused m) =>
        new() { Header = m.Header.ToWire(), Reason = (int)m.Reason, OtherAddress = m.OtherAddress };

    public static ContactRefused FromWire(this Wire.ContactRefused m) =>
        new(m.Header.FromWire(), (RefusalReason)m.Reason) { OtherAddress = m.OtherAddress };

    public static Wire.MemberRemoved ToWire(this MemberRemoved m) =>
        new() { Header = m.Header.ToWire(), Index = m.Index };

    public static MemberRemoved FromWire(this Wire.MemberRemoved m) => new(m.Header.FromWire(), m.Index);

    public static Wire.ForwardProposal ToWire(this ForwardProposal m) => new()
    {
        Header = m.Header.ToWire(),
        RequestId = m.RequestId,
        Command = m.Command.ToWire(),
        ReplyWhenAppended = m.ReplyWhenAppended,
        Kind = (Wire.EntryKind)m.Kind,
        SessionId = m.Session?.SessionId ?? 0,
        Sequence = m.Session?.Sequence ?? 0,
        LowestPending = m.Session?.LowestPending ?? 0,
        Trace = m.Trace?.ToWire(),
    };

    public static ForwardProposal FromWire(this Wire.ForwardProposal m) =>
        new(m.Header.FromWire(), m.RequestId, m.Command.FromWire(), m.ReplyWhenAppended)
    {
        Kind = (EntryKind)m.Kind,
        Session = (m.SessionId | m.Sequence | m.LowestPending) != 0
            ? new SessionStamp(m.SessionId, m.Sequence, m.LowestPending)
            : null,
        Trace = m.Trace.FromWire(),
    };

    public static Wire.ReadIndex ToWire(this ReadIndex m) =>
        new() { Header = m.Header.ToWire(), RequestIds = { m.RequestIds } };

    public static ReadIndex FromWire(this Wire.ReadIndex m) => new(m.Header.FromWire(), [.. m.RequestIds]);

    public static Wire.ReadIndexReply ToWire(this ReadIndexReply m) => new()
    {
        Header = m.Header.ToWire(),
        RequestIds = { m.RequestIds },
        Failure = m.Failure is { } failure ? 1 + (int)failure : 0,
        Message = m.Message,
        Index = m.Index,
    };

    public static ReadIndexReply FromWire(this Wire.ReadIndexReply m) =>
        new(m.Header.FromWire(), [.. m.RequestIds], m.Failure == 0 ? null : (FailureReason)(m.Failure - 1), m.Message,
            m.Index);

    public static Wire.ForwardTransfer ToWire(this ForwardTransfer m) =>
        new() { Header = m.Header.ToWire(), RequestId = m.RequestId, Target = m.Target };

    public static ForwardTransfer FromWire(this Wire.ForwardTransfer m) =>
        new(m.Header.FromWire(), m.RequestId, m.Target);

    public static Wire.TimeoutNow ToWire(this TimeoutNow m) => new() { Header = m.Header.ToWire() };

    public static TimeoutNow FromWire(this Wire.TimeoutNow m) => new(m.Header.FromWire());

    public static Wire.ForwardReply ToWire(this ForwardReply m) => new()
    {
        Header = m.Header.ToWire(),
        RequestId = m.RequestId,
        Failure = m.Failure is { } failure ? 1 + (int)failure : 0,
        Message = m.Message,
        Leader = m.Leader is { } leader ? new Wire.Voter { Id = leader.Id, Address = leader.Address } : null,
        Index = m.Index,
        Term = m.EntryTerm,
        Response = m.Response?.ToWire(),
    };

    public static ForwardReply FromWire(this Wire.ForwardReply m) => new(
        m.Header.FromWire(),
        m.RequestId,
        m.Failure == 0 ? null : (FailureReason)(m.Failure - 1),
        m.Message,
        m.Leader is { } leader ? new Member(leader.Id, leader.Address) : null,
        m.Index,
        m.Term,
        m.Response?.FromWire());

    public static Wire.PeerCreated ToWire(this PeerCreated m) => new()
    {
        FormatVersion = m.FormatVersion,
        Group = m.Group,
        MemberId = m.MemberId,
        StoreId = m.StoreId,
    };

    public static PeerCreated FromWire(this Wire.PeerCreated m) => new(m.FormatVersion, m.Group, m.MemberId, m.StoreId);

    // EntryCodec writes the entries after this message.
    public static Wire.StatePersisted ToWire(this StatePersisted m) =>
        new()
        {
            HardState = m.HardState?.ToWire(), PreviousIndex = m.PreviousIndex,
                Stores = { (m.Stores ?? []).Select(StoreMapping.ToWire) },
            Padding = m.Padding > 0 ? UnsafeByteOperations.UnsafeWrap(new byte[m.Padding]) : ByteString.Empty,
        };

    public static StatePersisted FromWire(this Wire.StatePersisted m, EntryBatch entries) =>
        new(m.HardState?.FromWire(), m.PreviousIndex, entries.Count > 0 ? [entries] : []) 
        {
            Stores = m.Stores.Count > 0 ? m.Stores.FromWire() : null, Padding = m.Padding.Length,
        };

    public static Wire.JournalCut ToWire(this JournalCut m) => new() { From = m.From };

    public static JournalCut FromWire(this Wire.JournalCut m) =>
        m.From > 0 ? new JournalCut(m.From) : throw new FormatException("The cut names no event.");

    public static Wire.Configuration ToWire(this Configuration configuration)
    {
        var wire = new Wire.Configuration { LeaseReads = (long)configuration.Lease.TotalMilliseconds };
        foreach (var voter in configuration.Voters)
            wire.Voters.Add(voter.ToWire());
        foreach (var learner in configuration.Learners)
            wire.Learners.Add(learner.ToWire());
        foreach (var outgoing in configuration.Outgoing)
            wire.OutgoingVoters.Add(outgoing.ToWire());
        foreach (var history in configuration.Histories)
            wire.Histories.Add(new Wire.History { GroupId = history.GroupId, FirstIndex = history.FirstIndex });
        return wire;
    }

    public static Configuration FromWire(this Wire.Configuration wire)
    {
        if (wire.Voters.Count == 0)
            throw new FormatException("A configuration without voters.");
        return new Configuration(wire.Voters.Select(FromWire), wire.Learners.Select(FromWire),
            wire.OutgoingVoters.Select(FromWire),
            TimeSpan.FromMilliseconds(Math.Clamp(wire.LeaseReads, 0, int.MaxValue)))
        {
            Histories = [.. wire.Histories.Select(static history => new History(history.GroupId, history.FirstIndex))],
        };
    }

    private static Wire.Voter ToWire(this Server voter) =>
        new() { Id = voter.Id, Address = voter.Address, StoreId = voter.StoreId, Priority = voter.Priority };

    private static Server FromWire(Wire.Voter voter) => new(voter.Id, voter.Address, voter.StoreId, voter.Priority);

    /// <summary>A configuration as an entry's payload.</summary>
    public static Log.Payload ToPayload(this Configuration configuration) =>
        new(configuration.ToWire().ToByteArray(), 0, "");

    /// <summary>The configuration in an entry's payload; <c>null</c> if the bytes are not a configuration.</summary>
    public static Configuration? TryReadConfiguration(this Log.Payload payload)
    {
        try
        {
            return Wire.Configuration.Parser.ParseFrom(payload.Bytes.Span).FromWire();
        }
        catch (Exception problem) when (problem is InvalidProtocolBufferException or FormatException)
        {
            return null;
        }
    }

    internal static Wire.Header ToWire(this PeerHeader header) => new()
    {
        Address = header.Address,
        Group = header.Group,
        MemberId = header.MemberId,
        StoreId = header.StoreId,
        Term = header.Term,
        ToStoreId = header.ToStoreId,
        MaximumFrameSize = header.MaximumFrameSize,
        GroupId = header.GroupId,
        GroupIsUndecided = header.GroupIsUndecided,
        Version = header.Version,
        IsEmpty = header.IsEmpty,
        Incarnation = header.Incarnation,
        IsVerifying = header.IsVerifying,
    };

    internal static PeerHeader FromWire(this Wire.Header? header) => header is null
        ? throw new FormatException("The header is missing.")
        : new PeerHeader(header.Address, header.Group, header.MemberId, header.StoreId, header.Term, header.ToStoreId)
        {
            MaximumFrameSize = header.MaximumFrameSize,
            GroupId = header.GroupId,
            GroupIsUndecided = header.GroupIsUndecided,
            Version = header.Version,
            IsEmpty = header.IsEmpty,
            Incarnation = header.Incarnation,
            IsVerifying = header.IsVerifying,
        };

    internal static Wire.HardState ToWire(this HardState state) =>
        new() { Term = state.Term, VotedFor = state.VotedFor ?? "", VotedForStore = state.VotedForStore ?? "",
            GroupId = state.GroupId, DiffersAt = state.DiffersAt };

    internal static HardState FromWire(this Wire.HardState state) => state.VotedFor.Length > 0
        ? new HardState(state.Term, state.VotedFor, state.VotedForStore) { GroupId = state.GroupId,
            DiffersAt = state.DiffersAt }
        : new HardState(state.Term, null, null) { GroupId = state.GroupId, DiffersAt = state.DiffersAt };

    // The bytes are wrapped and not copied, because no code here modifies them.
    internal static Wire.Payload ToWire(this Log.Payload payload) => new()
    {
        Bytes = UnsafeByteOperations.UnsafeWrap(payload.Bytes),
        SerializerId = payload.SerializerId,
        Manifest = payload.Manifest,
    };

    internal static Log.Payload FromWire(this Wire.Payload? payload) =>
        payload is null
            ? Log.Payload.Empty
            : new Log.Payload(payload.Bytes.Memory, payload.SerializerId, payload.Manifest);
}
