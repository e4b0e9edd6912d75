namespace RaftNode.Host.Configuration;

/// <summary>The section <c>raftnode.watch</c>.</summary>
internal sealed record WatchSettings
{
    /// <summary>How many requests may watch at a time.</summary>
    public int MaxWatchers { get; init; } = 256;

    /// <summary>How many changes are remembered for watchers that resume.</summary>
    public int HistoryChanges { get; init; } = 65_536;

    /// <summary>How many bytes the remembered changes may have together.</summary>
    public long HistoryBytes { get; init; } = 32 << 20;

    /// <summary>After what time without a change a watcher is sent a sign of life.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);
}
