using Akka.Actor;
using RaftActors.Groups;

namespace RaftActors.Snapshots;

/// <summary>
/// A peer's permit to take a snapshot. A node with thousands of groups has only so many permits. The peer takes one
/// before it asks its state machine for an image, and gives it back when the snapshot is stored or given up. Meanwhile
/// all else of the peer goes on: only the compaction of its log comes later.
/// </summary>
/// <param name="permits">The permits of the node.</param>
/// <param name="self">The actor of the peer.</param>
/// <param name="peer">The peer.</param>
internal sealed class SnapshotPermit(Permits permits, IActorRef self, IPeer peer)
{
    // A state machine that hangs, or a store that does not answer, must not keep the other groups from their turn for
    // ever. A snapshot that takes longer goes on without a permit.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private bool _isHeld;
    private bool _isWaiting;

    /// <summary>Whether the peer has a permit, or waits for one.</summary>
    public bool IsTaken => _isHeld || _isWaiting;

    /// <summary>Takes a permit, or waits in line for one: then <see cref="Permits.Granted"/> comes later.</summary>
    /// <returns>Whether the peer has a permit.</returns>
    public bool TryTake()
    {
        if (_isHeld || _isWaiting)
            return _isHeld;
        if (permits.TryTake(self))
            Hold();
        else
            _isWaiting = true;
        return _isHeld;
    }

    /// <summary>Called when the peer's turn has come.</summary>
    public void OnGranted()
    {
        _isWaiting = false;
        Hold();
    }

    /// <summary>
    /// Called when the permit is not needed any more, or not now. A place in the line is kept: what is not needed now
    /// may be when the turn comes.
    /// </summary>
    public void Return()
    {
        if (!_isHeld)
            return;
        _isHeld = false;
        peer.StopTimer(Overdue.Instance);
        permits.Return(self);
    }

    /// <summary>Called when the peer stops: it gives up its permit, or its place in the line.</summary>
    public void Stop() => permits.Return(self);

    private void Hold()
    {
        _isHeld = true;
        peer.StartTimer(Overdue.Instance, Longest);
    }

    /// <summary>The permit was held for too long.</summary>
    public sealed record Overdue : INoSerializationVerificationNeeded
    {
        public static readonly Overdue Instance = new();
    }
}
