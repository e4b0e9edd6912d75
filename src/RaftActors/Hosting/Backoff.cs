namespace RaftActors;

/// <summary>How long to wait before something that failed is started again.</summary>
internal static class Backoff
{
    /// <summary>
    /// Doubles from the shortest wait to the longest, and varies by a fifth so that nodes that failed together do not
    /// return together.
    /// </summary>
    /// <param name="failures">How many failures there were before this one.</param>
    /// <param name="settings">The shortest and the longest wait.</param>
    /// <param name="random">For the variation.</param>
    public static TimeSpan After(int failures, RaftSettings settings, Random random)
    {
        double factor = Math.Pow(2, Math.Min(failures, 30));
        var wait = settings.RestartBackoffMin.Ticks * factor >= settings.RestartBackoffMax.Ticks
            ? settings.RestartBackoffMax
            : settings.RestartBackoffMin * factor;
        return wait * (0.8 + (0.4 * random.NextDouble()));
    }
}
