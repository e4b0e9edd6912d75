namespace RaftActors.Membership;

/// <summary>
/// The configurations in a log, with their indexes. The last one counts, from the moment it is appended, committed or not (paper, section 6); truncating the log brings the one
/// before back.
/// </summary>
/// <param name="initial">What counts while the log holds none.</param>
internal sealed class ConfigurationHistory(Configuration initial)
{
    private readonly List<(long Index, Configuration Configuration)> _appended = [];

    /// <summary>The configuration that counts.</summary>
    public Configuration Latest => _appended.Count > 0 ? _appended[^1].Configuration : initial;

    /// <summary>The index of its entry; 0 while the log holds none.</summary>
    public long LatestIndex => _appended.Count > 0 ? _appended[^1].Index : 0;

    /// <summary>Records a configuration that was appended to the log.</summary>
    public void Append(long index, Configuration configuration) => _appended.Add((index, configuration));

    /// <summary>Forgets configurations after an index.</summary>
    public void TruncateAfter(long index)
    {
        while (_appended.Count > 0 && _appended[^1].Index > index)
            _appended.RemoveAt(_appended.Count - 1);
    }
}
