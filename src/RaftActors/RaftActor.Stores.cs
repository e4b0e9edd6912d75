using Akka.Event;
using RaftActors.Client;
using RaftActors.Journal;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// Whose word counts. Each start on a store is a new incarnation of the store; what an earlier one has said does not count once the new one is known
// (KnownStores). And a peer that has started asks the other voters before it votes or confirms anything, for its disk may have been set back
// (StoreVerification). What the group remembers of what each store has confirmed decides nothing: it only serves to say that a store was set back.
//
// Properties at stake: Leader Completeness and Election Safety, when a disk was set back. StoreVerificationSpec, SetBackDiskSpec and the simulation's fault
// DiskSetBack would show it.
internal sealed partial class RaftActor : IAlsoDurable
{
    // By store: the term of the leader to which it last confirmed entries, and up to which index.
    private readonly Dictionary<string, (long Term, long Index)> _confirmed = new(StringComparer.Ordinal);

    // By store: what it had confirmed when this peer last said that it was set back.
    private readonly Dictionary<string, (long Term, long Index)> _saidSetBack = new(StringComparer.Ordinal);
    private KnownStores _stores = KnownStores.None;
    private KnownStores _durableStores = KnownStores.None;
    private KnownStores _writingStores = KnownStores.None;
    private StoreVerification _verification = StoreVerification.OfNewStore();

    // Whether the marks have changed since they were last written, and since the followers were last told.
    private bool _confirmedUnwritten;
    private bool _confirmedUntold;
    private bool _isNewStore;
    private long _incarnation;

    // Where the store was when this peer started.
    private (long Term, long Index) _recovered;

    // The log that a candidate must have at least, for this peer's vote.
    private (long Term, long Index) _floor;

    // What the store has lost, as far as is known.
    private string? _loss;

    private bool IsVerified => _verification.IsDone;

    private bool IsSetBack => _stores.IsSetBack(_storeId);

    private bool MeetsFloor(long lastTerm, long lastIndex) => (lastTerm, lastIndex).CompareTo(_floor) >= 0;

    private void StartIncarnation(bool isCut)
    {
        _recovered = (Term, _log.LastIndex);
        _incarnation = Incarnations.Next(_stores.IncarnationOf(_storeId), _random);
        // Of an event that the journal was cut off at, the store may have caught up long ago.
        bool wasSetBack = IsSetBack || isCut;
        if (!wasSetBack)
            _loss = null;
        _stores = _stores.Keeping(IsOfMember).With(_storeId, _incarnation, wasSetBack);
        if (wasSetBack)
            BeginProblem(PeerProblemKind.StoreSetBack, WhatIsLost());
        if (!_isNewStore)
            StartVerification();
    }

    private void StartVerification()
    {
        _verification = new StoreVerification(-1 - _random.NextInt64(1L << 48), Now + _settings.VerificationWait);
        OnVerificationTimeout();
    }

    private void OnVerificationTimeout()
    {
        DecideVerification();
        if (IsVerified)
            return;
        foreach (var server in Configuration.Servers)
        {
            if (server.Id == _self.Id || !Configuration.IsVoter(server.Id) || _verification.HasAnswered(server.Id))
                continue;
            // Each may have moved while this peer was down.
            foreach (string address in AddressesOf(server))
                Send(address, new AskIdentity(Header(), _verification.Round) { RecoveredTerm = _recovered.Term, RecoveredIndex = _recovered.Index });
        }
        if (IsSetBack)
            BeginProblem(PeerProblemKind.StoreSetBack, WhatIsLost());
        Timers.StartSingleTimer(VerificationTimeout.Instance, VerificationTimeout.Instance, _settings.HeartbeatInterval);
    }

    private void DecideVerification()
    {
        if (IsVerified || !_verification.Decide(Configuration, _self.Id, IsSetBack, Now))
            return;
        Timers.Cancel(VerificationTimeout.Instance);
        _floor = _verification.Floor;
        if (_verification.HighestTerm > Term)
            BecomeFollower(_verification.HighestTerm, null);
        // The vote of this term may be one that the disk has lost.
        if (Term > 0 && _writeAhead.HardState.VotedFor is null)
            _writeAhead.Vote(_self.Id, _storeId);
        RequestFlush();
        NoteCaughtUp();
    }

    // A set-back store counts as whole again when its disk has a log that no undamaged one was ahead of.
    private void NoteCaughtUp()
    {
        if (!IsSetBack || !IsVerified || !MeetsFloor(_log.TermAt(_writeAhead.PersistedIndex), _writeAhead.PersistedIndex))
            return;
        _loss = null;
        _stores = _stores.With(_storeId, _incarnation);
        RequestFlush();
        EndProblem(PeerProblemKind.StoreSetBack, $"the store has caught up to entry {_writeAhead.PersistedIndex} and counts again");
    }

    private void SetBack(string loss, long atLeast)
    {
        _loss = loss;
        if (!IsFollower)
            BecomeFollower(Term, null);
        _incarnation = Incarnations.Next(Math.Max(atLeast, _incarnation), _random);
        _stores = _stores.With(_storeId, _incarnation, isSetBack: true);
        RaftMetrics.StoresSetBack.Add(1, new KeyValuePair<string, object?>("group", _settings.Group));
        BeginProblem(PeerProblemKind.StoreSetBack, WhatIsLost());
        StartVerification();
    }

    private string WhatIsLost()
    {
        string loss = $"This node's store, {_storeId}, was set back: {_loss ?? "it no longer has what it had confirmed"}. It gets what is missing from the other members; until then it does not vote, and confirms nothing.";
        if (IsVerified)
            return loss;
        string missing = string.Join(", ", Configuration.Servers.ToArray()
            .Where(server => server.Id != _self.Id && Configuration.IsVoter(server.Id) && !_verification.HasAnswered(server.Id))
            .Select(static server => $"{server.Id} at {server.Address}"));
        string wanted = missing.Length == 0
            ? "All other members have answered, but stores of theirs were set back, too"
            : $"These members have not answered yet: {missing}. Start them";
        return $"{loss} {wanted}. "
            + "If the disks of a majority are lost or set back, nobody can say what was acknowledged. "
            + "Then make a group of the store that has most: raftnode recover (in your own program: StoreRecovery).";
    }

    // ---- What others say

    private void OnStoreAnswer(IdentityReply reply)
    {
        var header = reply.Header;
        if (reply.Known is { } latest && latest.StoreId == _storeId && Incarnations.IsForgotten(latest.Incarnation, _incarnation))
        {
            SetBack(_loss ?? $"{header.MemberId} remembers that it was started again since", latest.Incarnation);
            return;
        }
        if (IsVerified || reply.Round != _verification.Round || Configuration.Find(header.MemberId) is not { } voter || (voter.IsBound && voter.StoreId != header.StoreId))
            return;
        if (!IsSetBack && reply.Known is { } known && known.StoreId == _storeId && (known.ConfirmedTerm, known.ConfirmedIndex).CompareTo(_recovered) > 0)
        {
            SetBack(
                $"in term {known.ConfirmedTerm} it had confirmed entries up to {known.ConfirmedIndex}, as {header.MemberId} remembers; when it started it was in term {_recovered.Term} and had entries up to {_recovered.Index}",
                known.Incarnation);
            return;
        }
        _verification.Answered(header.MemberId, new StoreAnswer(header.Term, reply.LastLogTerm, reply.LastLogIndex, reply.IsSetBack));
        DecideVerification();
    }

    private IdentityReply Answered(AskIdentity question, IdentityReply reply)
    {
        var header = question.Header;
        long incarnation = _stores.IncarnationOf(header.StoreId);
        var (term, index) = _confirmed.GetValueOrDefault(header.StoreId);
        bool asksForItsStore = question.Round < 0 && incarnation != 0;
        bool hasLost = Incarnations.IsForgotten(incarnation, header.Incarnation) || (term, index).CompareTo((question.RecoveredTerm, question.RecoveredIndex)) > 0;
        bool wasSaid = _saidSetBack.TryGetValue(header.StoreId, out var said) && said == (term, index);
        if (asksForItsStore && hasLost && !wasSaid)
        {
            _saidSetBack[header.StoreId] = (term, index);
            string had = index > 0 ? $"it had confirmed entries up to {index} in term {term}" : "it was started since";
            Log.Warning(
                "{0}: the store of {1} at {2} was set back: {3}, and now started in term {4} with entries up to {5}. It counts again once it has caught up.",
                PersistenceId, header.MemberId, header.Address, had, question.RecoveredTerm, question.RecoveredIndex);
        }
        return reply with
        {
            LastLogTerm = _log.LastTerm,
            LastLogIndex = _log.LastIndex,
            IsSetBack = IsSetBack,
            Known = incarnation == 0 ? null : new StoreRecord(header.StoreId, incarnation, term, index),
        };
    }

    /// <summary>Whether a message is of the latest incarnation of its sender's store, as far as is known. A question is always answered.</summary>
    private bool IsOfLatestIncarnation(PeerMessage message)
    {
        var header = message.Header;
        if (header.Incarnation == 0 || Configuration.Find(header.MemberId)?.StoreId != header.StoreId)
            return true;
        if (header.Incarnation < _stores.IncarnationOf(header.StoreId))
        {
            if (message is AskIdentity)
                return true;
            Count("former incarnation");
            // It may be one that was set back and has not asked this peer.
            if (message is not IdentityReply)
                Send(header.Address, Answered(new AskIdentity(header, 0), new IdentityReply(Header(header.StoreId), 0, _log.IsEmpty, header.StoreId)));
            return false;
        }
        Learn(header.StoreId, header.Incarnation);
        return true;
    }

    private void Learn(IReadOnlyList<StoreRecord> records)
    {
        foreach (var record in records)
        {
            if (!IsOfMember(record.StoreId))
                continue;
            NoteConfirmed(record.StoreId, record.ConfirmedTerm, record.ConfirmedIndex);
            Learn(record.StoreId, record.Incarnation);
        }
    }

    // What the former incarnation has confirmed or granted does not count any more.
    private void Learn(string storeId, long incarnation)
    {
        if (storeId == _storeId)
        {
            if (incarnation > _incarnation)
                SetBack("another member remembers that it was started again since", incarnation);
            return;
        }
        if (incarnation <= _stores.IncarnationOf(storeId))
            return;
        _stores = _stores.Keeping(IsOfMember).With(storeId, incarnation);
        foreach (var server in Configuration.Servers)
        {
            if (server.StoreId != storeId)
                continue;
            _election?.Revoke(server.Id);
            if (_leading?.Find(server.Id)?.Progress is not { } progress)
                continue;
            NoteConfirmed(storeId, Term, progress.MatchIndex);
            progress.BeginIncarnation(incarnation);
        }
        RequestFlush();
    }

    // For one that may know other incarnations than this peer.
    private IReadOnlyList<StoreRecord> StoresUnlike(ulong digest) => digest == 0 || digest == _stores.Digest ? [] : StoreRecords();

    private bool IsOfMember(string storeId)
    {
        if (storeId == _storeId)
            return true;
        foreach (var server in Configuration.Servers)
        {
            if (server.IsBound && server.StoreId == storeId)
                return true;
        }
        return false;
    }

    // ---- What is remembered

    private void NoteConfirmed(string storeId, long term, long index)
    {
        if (term == 0 || index == 0 || (term, index).CompareTo(_confirmed.GetValueOrDefault(storeId)) <= 0)
            return;
        _confirmed[storeId] = (term, index);
        _confirmedUnwritten = true;
        _confirmedUntold = true;
    }

    // With the heartbeats: the leader may be gone when the store comes back.
    private void NoteConfirmedByFollowers()
    {
        NoteConfirmed(_storeId, Term, _writeAhead.PersistedIndex);
        foreach (var follower in _leading!.Followers)
        {
            if (follower.Voter.IsBound)
                NoteConfirmed(follower.Voter.StoreId, Term, follower.Progress.MatchIndex);
        }
    }

    private List<StoreRecord> StoreRecords()
    {
        var records = new List<StoreRecord>();
        foreach (string storeId in _stores.Ids)
        {
            var (term, index) = _confirmed.GetValueOrDefault(storeId);
            records.Add(new StoreRecord(storeId, _stores.IncarnationOf(storeId), term, index, _stores.IsSetBack(storeId)));
        }
        return records;
    }

    private void RecoverStores(IReadOnlyCollection<StoreRecord> records)
    {
        foreach (var record in records)
        {
            if (record.Incarnation >= _stores.IncarnationOf(record.StoreId))
                _stores = _stores.With(record.StoreId, record.Incarnation, record.IsSetBack && record.StoreId == _storeId);
            NoteConfirmed(record.StoreId, record.ConfirmedTerm, record.ConfirmedIndex);
        }
        _durableStores = _stores;
    }

    bool IAlsoDurable.IsDurable => ReferenceEquals(_durableStores, _stores);

    // What stores have confirmed is worth no write of its own.
    IReadOnlyList<StoreRecord>? IAlsoDurable.Take()
    {
        var records = !ReferenceEquals(_durableStores, _stores) || _confirmedUnwritten ? StoreRecords() : null;
        _writingStores = _stores;
        _confirmedUnwritten = false;
        return records;
    }

    void IAlsoDurable.Written() => _durableStores = _writingStores;

    private sealed record VerificationTimeout
    {
        public static readonly VerificationTimeout Instance = new();
    }
}
