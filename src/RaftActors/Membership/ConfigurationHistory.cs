using RaftActors.Log;
using RaftActors.Protocol;

namespace RaftActors.Membership;

/// <summary>
/// The configurations in a log, with their indexes. The latest one counts from the moment it is appended, whether or
/// not it is committed (paper, section 6). If the log is truncated, the configuration before it counts again.
/// </summary>
/// <param name="initial">The configuration that counts while the log has none.</param>
internal sealed class ConfigurationHistory(Configuration initial)
{
    private readonly List<(long Index, Configuration Configuration)> _appended = [];

    // The index of the last configuration that is known to be committed.
    private long _committed;

    // The configuration that counts before the first of those: from the settings, or from a snapshot.
    private (long Index, Configuration Configuration) _base = (0, initial);

    /// <summary>The configuration that counts.</summary>
    public Configuration Latest => At(long.MaxValue).Configuration;

    /// <summary>The index of that configuration's entry; 0 while the log has none.</summary>
    public long LatestIndex => At(long.MaxValue).Index;

    /// <summary>The latest configuration up to an index that is not compacted, with the index of its entry.</summary>
    public (long Index, Configuration Configuration) At(long index)
    {
        for (int i = _appended.Count - 1; i >= 0; i--)
            if (_appended[i].Index <= index)
                return _appended[i];
        return _base;
    }

    /// <summary>Records the commit index.</summary>
    /// <param name="commitIndex">The commit index.</param>
    /// <param name="committed">The latest configuration up to the commit index, with its index.</param>
    /// <returns>Whether that configuration was not known to be committed before.</returns>
    public bool TryCommit(long commitIndex, out (long Index, Configuration Configuration) committed)
    {
        committed = At(commitIndex);
        if (committed.Index <= _committed)
            return false;
        _committed = committed.Index;
        return true;
    }

    /// <summary>
    /// The index of the last configuration that names a member with a store. -1 if none does, among those that are not
    /// compacted.
    /// </summary>
    public long LastNaming(string memberId, string storeId)
    {
        for (int i = _appended.Count - 1; i >= 0; i--)
            if (_appended[i].Configuration.Find(memberId)?.StoreId == storeId)
                return _appended[i].Index;
        return _base.Configuration.Find(memberId)?.StoreId == storeId ? _base.Index : -1;
    }

    /// <summary>Forgets all configurations. A snapshot says which one counted at its index.</summary>
    public void Reset(long index, Configuration configuration)
    {
        _appended.Clear();
        _base = (index, configuration);
    }

    /// <summary>Keeps only the latest of the configurations up to an index.</summary>
    public void CompactTo(long index)
    {
        _base = At(index);
        _appended.RemoveAll(appended => appended.Index <= index);
    }

    /// <summary>Records the configuration of an appended entry, if the entry has one.</summary>
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
    /// The index of the first configuration with the group identity of the latest one, among those that are not
    /// compacted.
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

    /// <summary>Forgets the configurations after an index.</summary>
    public void TruncateAfter(long index)
    {
        while (_appended.Count > 0 && _appended[^1].Index > index)
            _appended.RemoveAt(_appended.Count - 1);
    }
}
