using RaftActors.Log;
using RaftActors.Membership;

namespace RaftActors.Snapshots;

/// <summary>What <see cref="LogCompaction"/> asks of its peer.</summary>
internal interface ICompactingPeer
{
    /// <summary>The index of the last entry that the peer itself no longer needs once a snapshot includes it.</summary>
    long DispensableIndex { get; }

    /// <summary>Called when the log begins later than before.</summary>
    void OnLogCompacted();
}

/// <summary>Removes what a snapshot replaces, above all the entries of the log (paper, section 7).</summary>
internal sealed class LogCompaction
{
    private readonly RaftSettings _settings;
    private readonly RaftLog _raftLog;
    private readonly ConfigurationHistory _configurations;
    private readonly StoredSnapshots _stored;
    private readonly SnapshotSending _sending;
    private readonly ICompactingPeer _peer;

    // The bytes of the entries that are still in the log and were there when the latest snapshot was stored.
    private long _bytesKept;

    // Whether entries that the snapshot includes stay in the log for some follower.
    private bool _isHeld;

    public LogCompaction(
        RaftSettings settings, RaftLog raftLog, ConfigurationHistory configurations, StoredSnapshots stored,
        SnapshotSending sending, ICompactingPeer peer)
    {
        _settings = settings;
        _raftLog = raftLog;
        _configurations = configurations;
        _stored = stored;
        _sending = sending;
        _peer = peer;
    }

    /// <summary>The bytes that were added to the log since the latest snapshot.</summary>
    public long BytesSinceSnapshot => _raftLog.Bytes - _bytesKept;

    /// <summary>
    /// Called when a snapshot has become the latest. Removes what it replaces, in the store and in the log.
    /// </summary>
    public void Keep(StoredSnapshot stored)
    {
        _bytesKept = _raftLog.Bytes;
        _stored.Keep(stored);
        Run();
    }

    /// <summary>
    /// Compacts the log. Entries stay for followers that are a little behind, and for followers that answer and are
    /// about to catch up, also by a snapshot.
    /// </summary>
    public void Run()
    {
        if (_stored.Latest is null)
            return;
        long covered = Math.Min(_stored.LastIncludedIndex, _peer.DispensableIndex);
        long to = _raftLog.TrailingBase(covered, _settings.SnapshotTrailingEntries, _settings.SnapshotTrailingBytes);
        long needed = _raftLog.Bytes < 4 * _settings.SnapshotBytes ? _sending.OldestNeeded() : long.MaxValue;
        _isHeld = needed < to;
        long before = _raftLog.Bytes;
        _raftLog.CompactTo(Math.Min(to, needed));
        _bytesKept = Math.Max(0, _bytesKept - (before - _raftLog.Bytes));
        _configurations.CompactTo(_raftLog.BaseIndex);
        _peer.OnLogCompacted();
    }

    /// <summary>Compacts the log if a follower had prevented that.</summary>
    public void RunIfHeld()
    {
        if (_isHeld)
            Run();
    }
}
