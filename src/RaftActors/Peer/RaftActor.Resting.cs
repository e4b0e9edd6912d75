using Akka.Event;
using RaftActors.Protocol;
using RaftActors.Resting;

namespace RaftActors;

// An idle group rests: the leader without heartbeats, the followers without an election timeout. When it does is in
// Resting/PeerRest.cs.
internal sealed partial class RaftActor
{
    // A follower that does not know yet what it may have forgotten hears the leader until it does.
    private bool MayRest => _ownStore.IsVerified && _writeAhead.IsDurable && !_replica.IsSetAside;

    private void RestIfAllDo()
    {
        if (_leading is null || !_rest.TryRest())
            return;
        StopTimer(Heartbeat.Instance);
        Log.Debug("{0}: the group is idle and rests.", PersistenceId);
    }

    private void RestFromElections()
    {
        StopTimer(ElectionTimeout.Instance);
        StopTimer(DisconnectGrace.Instance);
    }

    /// <summary>
    /// Ends the rest, if there is one. A leader sends heartbeats again, which wake its followers. A follower waits for
    /// an election timeout.
    /// </summary>
    private void Wake()
    {
        if (!_rest.End())
            return;
        if (_leading is not null)
        {
            StartHeartbeats();
            return;
        }
        RestartElectionTimer();
    }

    /// <summary>
    /// Whether a message counts. What a member says wakes the peer, but for the messages of the rest itself.
    /// </summary>
    private bool Accept(PeerMessage message)
    {
        _rest.NoteContacts();
        if (!_filter.Accept(message))
            return false;
        bool isOfRest = message is AppendEntries { Rests: true } or AppendEntriesReply { Rests: true };
        if (!isOfRest && Configuration.Find(message.Header.MemberId) is not null)
            Wake();
        return true;
    }

    private void OnRestEnded(RestEnded ended)
    {
        if (!_rest.OnEnded(ended))
            return;
        bool follows = _leading is null;
        Wake();
        // The group would only rest again, with the same end.
        if (ended.Why == RestEnd.NotResting)
            _rest.Stir();
        if (follows && ended.Why == RestEnd.NodeLost)
            OnLeaderLost();
    }
}
