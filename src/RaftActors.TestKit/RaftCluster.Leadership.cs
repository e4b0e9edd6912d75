using RaftActors.Client;

namespace RaftActors.TestKit;

public sealed partial class RaftCluster
{
    /// <summary>Asks a peer to have the leadership transferred, and does not wait.</summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="target">The next leader; <c>null</c> for the one that suits best.</param>
    /// <param name="forward">Whether a peer that does not lead forwards the request.</param>
    public PendingTransfer TransferLeadership(RaftPeer peer, RaftPeer? target = null, bool forward = true) =>
        peer.Running.Transfer(target?.Id, forward);

    /// <summary>
    /// Stops a peer in order, as an operator does: it hands over its leadership first. Its disk stays.
    /// </summary>
    /// <param name="peer">A running peer.</param>
    /// <param name="limit">How long it may take; ten seconds by default.</param>
    /// <exception cref="RaftClusterException">It took longer.</exception>
    public void Stop(RaftPeer peer, TimeSpan? limit = null)
    {
        _trace.Add($"{peer.Id} is stopped");
        var process = peer.Running;
        process.PrepareToStop();
        if (!RunUntil(() => process.IsReadyToStop, limit ?? DefaultLimit))
            throw Failure($"{peer.Id} did not get ready to stop.");
        Crash(peer);
    }

    /// <summary>Has a peer ask for votes now.</summary>
    /// <param name="peer">A running peer.</param>
    public void Campaign(RaftPeer peer)
    {
        _trace.Add($"{peer.Id} is told to campaign");
        peer.Ref.Tell(new Campaign(), peer.Running.Client);
    }

    /// <summary>Lets time pass until a transfer is answered or lost.</summary>
    /// <param name="transfer">The transfer.</param>
    /// <param name="limit">How long; ten seconds by default.</param>
    /// <exception cref="RaftClusterException">It took longer.</exception>
    public PendingTransfer Await(PendingTransfer transfer, TimeSpan? limit = null)
    {
        if (!RunUntil(() => transfer.IsDone, limit ?? DefaultLimit))
            throw Failure($"A request to {transfer.Peer.Id} to transfer the leadership was not answered.");
        return transfer;
    }
}
