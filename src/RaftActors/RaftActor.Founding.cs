using Akka.Event;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors;

// A peer with an empty log finds out whether it may take part in founding the group, and each peer helps the others find out (see Founding).
internal sealed partial class RaftActor
{
    private Founding _founding = null!;
    private long _foundingTimeouts;

    // Those of members that were named already.
    private readonly HashSet<string> _otherAddresses = new(StringComparer.Ordinal);

    private void StartFounding()
    {
        _founding = new Founding(Configuration, _self.Id, _storeId, _random.NextInt64(1L << 48), _settings.Found);
        if (_log.IsEmpty)
            OnFoundingTimeout();
    }

    private void OnFoundingTimeout()
    {
        if (!_log.IsEmpty)
            return;
        if (_settings.Join)
        {
            WaitToBeAdded();
            return;
        }
        Ask();
        // Who starts the nodes of a new group one by one wants to know what it waits for, and not three times a second.
        if (_founding.State == FoundingState.Asking && long.IsPow2(++_foundingTimeouts) && _foundingTimeouts > 2)
            Log.Info("{0}: the log is empty. The group can be founded once these members have answered that theirs are, too: {1}.", PersistenceId, string.Join(", ", _founding.Missing().Select(static voter => $"{voter.Id} at {voter.Address}")));
        Timers.StartSingleTimer(FoundingTimeout.Instance, FoundingTimeout.Instance, _settings.FoundingInterval);
    }

    // It is the leader that gets in touch.
    private void WaitToBeAdded()
    {
        if (long.IsPow2(++_foundingTimeouts) && _foundingTimeouts > 2)
            Log.Info("{0}: the log is empty. It waits until member {1} at {2} is added to the group.", PersistenceId, _self.Id, _self.Address);
        Timers.StartSingleTimer(FoundingTimeout.Instance, FoundingTimeout.Instance, _settings.FoundingInterval);
    }

    private void Ask()
    {
        long round = _founding.Ask();
        foreach (var voter in Configuration.Voters)
        {
            if (voter.Id != _self.Id)
                Send(voter.Address, new AskIdentity(Header(), round));
        }
    }

    private void OnAskIdentity(AskIdentity question)
    {
        var header = question.Header;
        string bound = _log.IsEmpty ? "" : Configuration.Find(header.MemberId)?.StoreId ?? "";
        var reply = new IdentityReply(Header(header.StoreId), question.Round, _log.IsEmpty, bound) { LeaderAddress = LeaderAddressFor(header) };
        Send(header.Address, Answered(question, reply));
        if (_log.IsEmpty)
            NameOtherAddress(header);
        if (_log.IsEmpty && _founding.TryAskBack(header.MemberId, header.StoreId, out long round))
            Send(header.Address, new AskIdentity(Header(), round));
        BindStore(header);
        TellIfRemoved(header);
    }

    // What one node calls localhost and another 127.0.0.1 is one node, but not for those who compare names: they would not found one group.
    private void NameOtherAddress(PeerHeader header)
    {
        if (Configuration.Find(header.MemberId) is not { } member || NodeAddress.EndpointOf(member.Address) == NodeAddress.EndpointOf(header.Address) || !_otherAddresses.Add(header.Address))
            return;
        Log.Warning(
            "{0}: {1} says that it is at {2}, and raft.members of this node has it at {3}. Write the same address into raft.members of all nodes: only then they found one group and reach each other.",
            PersistenceId, header.MemberId, header.Address, member.Address);
    }

    private void OnIdentityReply(IdentityReply reply)
    {
        OnStoreAnswer(reply);
        if (!_log.IsEmpty)
        {
            GetInTouch(reply.LeaderAddress);
            return;
        }
        var before = _founding.State;
        _founding.Answered(reply.Header.MemberId, reply.Round, new FoundingAnswer(reply.Header.StoreId, reply.Empty, reply.BoundStoreId, reply.Term));
        if (!reply.Empty && reply.BoundStoreId.Length > 0 && reply.BoundStoreId != _storeId)
            Log.Warning(
                "{0}: this store is empty, but {1} knows member {2} by another store. If its data was lost, remove the member from the group and add it again.",
                PersistenceId, reply.Header.MemberId, _self.Id);
        if (_founding.State == before || _founding.State is not (FoundingState.AllEmpty or FoundingState.Recognised))
            return;
        Log.Info("{0}: {1}; the highest term among the other members is {2}.", PersistenceId, _founding.State, _founding.HighestTerm);
        if (before is FoundingState.Asking or FoundingState.NotRecognised)
            Abstain(_founding.HighestTerm);
    }

    // This store may be the successor of one that voted in that term.
    private void Abstain(long term)
    {
        if (term > Term)
            BecomeFollower(term, null);
        if (term < Term || term == 0 || _writeAhead.HardState.VotedFor is not null)
            return;
        _writeAhead.Vote(_self.Id, _storeId);
        RequestFlush();
    }

    // A member that was added, or that an operator's word had to stand in for at the founding, gets its store once it shows up. The voters stay the same, so this needs no joint configuration.
    // Where it is said to be: at another address there may be one that was removed, under the same name. And like every configuration not before an entry of the own term is committed: until then this
    // leader may not know one that another leader has brought about.
    private void BindStore(PeerHeader header)
    {
        bool unbound = Configuration.Find(header.MemberId) is { IsBound: false } voter && voter.Address == header.Address && (header.GroupId == GroupId || header is { IsEmpty: true, GroupId: "" });
        if (unbound && _leading is { } leading && !IsHandingOver && !Configuration.IsJoint && IsConfigurationCommitted && _log.CommitIndex >= leading.FirstIndex)
            AppendConfiguration(Configuration.Binding(header.MemberId, header.StoreId));
    }

    private void OnStoreReplaced(StoreReplaced replaced)
    {
        if (replaced.Term >= Term)
            Refuse($"The group knows member '{_self.Id}' by another store than this one ({_storeId}): its data was lost or replaced. Remove the member from the group and add it again.");
    }

    private sealed record FoundingTimeout
    {
        public static readonly FoundingTimeout Instance = new();
    }
}
