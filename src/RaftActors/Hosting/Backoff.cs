namespace RaftActors;

/// <summary>How long to wait before something that failed is started again.</summary>
internal static class Backoff
{
    /// <summary>
    /// The wait doubles from the shortest to the longest. It varies by a fifth, so that nodes that failed together do
    /// not start again together.
    /// </summary>
    /// <param name="failures">The number of failures before this one.</param>
    /// <param name="settings">The shortest and the longest wait.</param>
    /// <param name="random">The source of the variation.</param>
    public static TimeSpan After(int failures, RaftSettings settings, Random random)
    {
        double factor = Math.Pow(2, Math.Min(failures, 30));
        var wait = settings.RestartBackoffMin.Ticks * factor >= settings.RestartBackoffMax.Ticks
            ? settings.RestartBackoffMax
            : settings.RestartBackoffMin * factor;
        return wait * (0.8 + (0.4 * random.NextDouble()));
    }
}
