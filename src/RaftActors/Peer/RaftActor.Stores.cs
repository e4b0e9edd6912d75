using Akka.Event;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// Whose word counts: what the peer does with what it hears of stores, its own and others.
internal sealed partial class RaftActor : IStorePeer
{
    private readonly RememberedStores _stores;
    private readonly OwnStore _ownStore;
    private readonly Bootstrapper _bootstrapper;

    TimeSpan IStorePeer.Now => Now;

    string IStorePeer.StoreId => _storeId;

    HardState IStorePeer.HardState => _writeAhead.HardState;

    long IStorePeer.PersistedIndex => _writeAhead.PersistedIndex;

    bool IStorePeer.KnowsLeader => _leader is not null;

    PeerHeader IStorePeer.Header(string toStoreId) => Header(toStoreId);

    void IStorePeer.Send(string address, PeerMessage message) => Send(address, message);

    void IStorePeer.StepDown(long term)
    {
        if (term > Term || !IsFollower)
            BecomeFollower(term, null);
    }

    void IStorePeer.Abstain()
    {
        _writeAhead.Vote(_self.Id, _storeId);
        RequestFlush();
    }

    void IStorePeer.RequestFlush() => RequestFlush();

    void IStorePeer.StartTimer(object timer, TimeSpan after) => StartTimer(timer, after);

    void IStorePeer.StopTimer(object timer) => Timers.Cancel(timer);

    private void OnAskIdentity(AskIdentity question)
    {
        var header = question.Header;
        string bound = _raftLog.IsEmpty ? "" : Configuration.Find(header.MemberId)?.StoreId ?? "";
        var reply = new IdentityReply(Header(header.StoreId), question.Round, _raftLog.IsEmpty, bound)
        {
            LeaderAddress = _addresses.LeaderFor(header, _leader?.Member),
        };
        Send(header.Address, WithWhatIsKnown(reply, header));
        NameSetBack(question);
        _bootstrapper.OnAsked(header);
        BindStore(header);
        TellIfRemoved(header);
    }

    private void OnIdentityReply(IdentityReply reply)
    {
        _ownStore.OnAnswer(reply);
        if (_raftLog.IsEmpty)
            _bootstrapper.OnAnswer(reply);
        else
            GetInTouch(reply.LeaderAddress);
    }

    private IdentityReply WithWhatIsKnown(IdentityReply reply, PeerHeader asking) => reply with
    {
        LastLogTerm = _raftLog.LastTerm,
        LastLogIndex = _raftLog.LastIndex,
        IsSetBack = _ownStore.IsSetBack,
        Known = _stores.Find(asking.StoreId),
    };

    // Only what a peer asks that has started says where its store was.
    private void NameSetBack(AskIdentity question)
    {
        var header = question.Header;
        var recovered = (question.RecoveredTerm, question.RecoveredIndex);
        if (question.Round >= 0
            || !_stores.IsNewlySetBack(header.StoreId, header.Incarnation, recovered, out string had))
            return;
        Log.Warning(
            "{0}: the store of {1} at {2} was set back: {3}, and now started in term {4} with entries up to {5}. "
                + "It counts again once it has caught up.",
            PersistenceId, header.MemberId, header.Address, had, question.RecoveredTerm, question.RecoveredIndex);
    }

    /// <summary>
    /// Whether a message is of the latest incarnation of its sender's store, as far as is known. A question is always
    /// answered.
    /// </summary>
    private bool IsOfLatestIncarnation(PeerMessage message)
    {
        var header = message.Header;
        if (header.Incarnation == 0 || Configuration.Find(header.MemberId)?.StoreId != header.StoreId)
            return true;
        if (header.Incarnation < _stores.Known.IncarnationOf(header.StoreId))
        {
            if (message is AskIdentity)
                return true;
            Count("former incarnation");
            // It may be one that was set back and has not asked this peer.
            if (message is not IdentityReply)
            {
                var reply = new IdentityReply(Header(header.StoreId), 0, _raftLog.IsEmpty, header.StoreId);
                Send(header.Address, WithWhatIsKnown(reply, header));
            }
            return false;
        }
        Learn(header.StoreId, header.Incarnation);
        return true;
    }

    private void Learn(IReadOnlyList<StoreRecord> records)
    {
        foreach (var record in records)
        {
            if (!_stores.IsOfMember(record.StoreId, _storeId))
                continue;
            _stores.Confirmed(record.StoreId, record.ConfirmedTerm, record.ConfirmedIndex);
            Learn(record.StoreId, record.Incarnation);
        }
    }

    // What the former incarnation has confirmed or granted does not count any more.
    private void Learn(string storeId, long incarnation)
    {
        if (storeId == _storeId)
        {
            _ownStore.OnRemembered(incarnation);
            return;
        }
        if (!_stores.Learn(storeId, incarnation, _storeId))
            return;
        foreach (var server in Configuration.Servers)
        {
            if (server.StoreId != storeId)
                continue;
            _election?.Revoke(server.Id);
            if (_leading?.Find(server.Id)?.Progress is not { } progress)
                continue;
            _stores.Confirmed(storeId, Term, progress.MatchIndex);
            progress.BeginIncarnation(incarnation);
        }
        RequestFlush();
    }

    // With the heartbeats: the leader may be gone when the store comes back.
    private void NoteConfirmedByFollowers()
    {
        _stores.Confirmed(_storeId, Term, _writeAhead.PersistedIndex);
        foreach (var follower in _leading!.Followers)
        {
            if (follower.Server.IsBound)
                _stores.Confirmed(follower.Server.StoreId, Term, follower.Progress.MatchIndex);
        }
    }

    // A member that was added, or that an operator's word had to stand in for at the founding, gets its store once it
    // shows up. The voters stay the same, so this needs no joint configuration. Where it is said to be: at another
    // address there may be one that was removed, under the same name. And like every configuration not before an entry
    // of the own term is committed: until then this leader may not know one that another leader has brought about.
    private void BindStore(PeerHeader header)
    {
        bool isOfThisGroup = header.GroupId == _identity.Id || header is { IsEmpty: true, GroupId: "" };
        bool unbound = Configuration.Find(header.MemberId) is { IsBound: false } voter
            && voter.Address == header.Address;
        if (unbound && isOfThisGroup && _leading is { } leading && !IsTransferring && !Configuration.IsJoint
            && IsConfigurationCommitted && _raftLog.CommitIndex >= leading.FirstIndex)
        {
            AppendConfiguration(Configuration.Binding(header.MemberId, header.StoreId));
        }
    }

    private void OnStoreReplaced(StoreReplaced replaced)
    {
        if (replaced.Term >= Term)
            Refuse($"The group knows member '{_self.Id}' by another store than this one ({_storeId}): its data was "
                + "lost or replaced. Remove the member from the group and add it again.");
    }
}
