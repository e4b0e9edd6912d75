using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Membership;

/// <summary>
/// The configurations in a log, with their indexes. The last one counts, from the moment it is appended, committed or
/// not (paper, section 6); truncating the log brings the one before back.
/// </summary>
/// <param name="initial">What counts while the log holds none.</param>
internal sealed class ConfigurationHistory(Configuration initial)
{
    private readonly List<(long Index, Configuration Configuration)> _appended = [];

    // The index of the last configuration that is known to be committed.
    private long _committed;

    // What counts before the first of those: that of the settings, or of a snapshot.
    private (long Index, Configuration Configuration) _base = (0, initial);

    /// <summary>The configuration that counts.</summary>
    public Configuration Latest => At(long.MaxValue).Configuration;

    /// <summary>The index of its entry; 0 while the log holds none.</summary>
    public long LatestIndex => At(long.MaxValue).Index;

    /// <summary>The last configuration up to an index that is not compacted, with the index of its own entry.</summary>
    public (long Index, Configuration Configuration) At(long index)
    {
        for (int i = _appended.Count - 1; i >= 0; i--)
            if (_appended[i].Index <= index)
                return _appended[i];
        return _base;
    }

    /// <summary>Takes note of what is committed.</summary>
    /// <param name="commitIndex">The commit index.</param>
    /// <param name="committed">The last configuration up to there, with its index.</param>
    /// <returns>Whether that is another configuration than the one that was known to be committed.</returns>
    public bool TryCommit(long commitIndex, out (long Index, Configuration Configuration) committed)
    {
        committed = At(commitIndex);
        if (committed.Index <= _committed)
            return false;
        _committed = committed.Index;
        return true;
    }

    /// <summary>
    /// The index of the last configuration that names a member under a store, or -1 when none does of those that are
    /// not compacted.
    /// </summary>
    public long LastNaming(string memberId, string storeId)
    {
        for (int i = _appended.Count - 1; i >= 0; i--)
            if (_appended[i].Configuration.Find(memberId)?.StoreId == storeId)
                return _appended[i].Index;
        return _base.Configuration.Find(memberId)?.StoreId == storeId ? _base.Index : -1;
    }

    /// <summary>Forgets all: a snapshot says what counted at its index.</summary>
    public void Reset(long index, Configuration configuration)
    {
        _appended.Clear();
        _base = (index, configuration);
    }

    /// <summary>Keeps, of the configurations up to an index, only the last.</summary>
    public void CompactTo(long index)
    {
        _base = At(index);
        _appended.RemoveAll(appended => appended.Index <= index);
    }

    /// <summary>Records the configuration of an entry that was appended to the log, if it has one.</summary>
    /// <exception cref="InvariantViolationException">The configuration cannot be read.</exception>
    public void Append(LogEntry entry)
    {
        if (entry.Kind != EntryKind.Configuration)
            return;
        Append(entry.Index, entry.Payload.TryReadConfiguration()
            ?? throw new InvariantViolationException($"The configuration in entry {entry.Index} cannot be read."));
    }

    /// <summary>Records a configuration that was appended to the log.</summary>
    public void Append(long index, Configuration configuration) =>
        _appended.Add((index, configuration.Inheriting(Latest)));

    /// <summary>
    /// The index of the first configuration of the group that the latest one is of, of those that are not compacted.
    /// </summary>
    public long FirstOfGroup
    {
        get
        {
            string group = Latest.GroupId;
            if (_base.Configuration.GroupId == group)
                return _base.Index;
            foreach (var (index, configuration) in _appended)
                if (configuration.GroupId == group)
                    return index;
            return LatestIndex;
        }
    }

    /// <summary>Forgets configurations after an index.</summary>
    public void TruncateAfter(long index)
    {
        while (_appended.Count > 0 && _appended[^1].Index > index)
            _appended.RemoveAt(_appended.Count - 1);
    }
}
