namespace RaftActors.Membership;

/// <summary>
/// The configurations in a log, with their indexes. The last one counts, from the moment it is appended, committed or not (paper, section 6); truncating the log brings the one
/// before back.
/// </summary>
/// <param name="initial">What counts while the log holds none.</param>
/// <param name="initialIndex">The index as of which that is so; 0 at the start of a log.</param>
internal sealed class ConfigurationHistory(Configuration initial, long initialIndex = 0)
{
    private readonly List<(long Index, Configuration Configuration)> _appended = [];

    /// <summary>The configuration that counts.</summary>
    public Configuration Latest => _appended.Count > 0 ? _appended[^1].Configuration : initial;

    /// <summary>The index of its entry; 0 while the log holds none.</summary>
    public long LatestIndex => _appended.Count > 0 ? _appended[^1].Index : initialIndex;

    /// <summary>The last configuration up to an index, with the index of its entry.</summary>
    public (long Index, Configuration Configuration) At(long index)
    {
        for (int i = _appended.Count - 1; i >= 0; i--)
            if (_appended[i].Index <= index)
                return _appended[i];
        return (initialIndex, initial);
    }

    /// <summary>The index of the last configuration that names a member under a store, or -1 when none does.</summary>
    public long LastNaming(string memberId, string storeId)
    {
        for (int i = _appended.Count - 1; i >= 0; i--)
            if (_appended[i].Configuration.Find(memberId)?.StoreId == storeId)
                return _appended[i].Index;
        return initial.Find(memberId)?.StoreId == storeId ? initialIndex : -1;
    }

    /// <summary>Records a configuration that was appended to the log.</summary>
    public void Append(long index, Configuration configuration) => _appended.Add((index, configuration));

    /// <summary>Forgets configurations after an index.</summary>
    public void TruncateAfter(long index)
    {
        while (_appended.Count > 0 && _appended[^1].Index > index)
            _appended.RemoveAt(_appended.Count - 1);
    }
}
