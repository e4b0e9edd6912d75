namespace RaftActors.Elections;

/// <summary>
/// Limits how often a leader transfers its leadership without having been asked. If a member is tried again soon after
/// an attempt, the wait doubles, whether the attempt failed or the member lost the leadership again. So a member that
/// other members cannot reach does not cost the group one election after the other.
/// </summary>
/// <param name="shortest">The wait after the first attempt.</param>
/// <param name="longest">The longest wait.</param>
internal sealed class TransferBackoff(TimeSpan shortest, TimeSpan longest)
{
    // After this many waits without an attempt, the earlier attempts no longer count.
    private const int Forgotten = 4;

    private readonly Dictionary<string, (TimeSpan At, TimeSpan Wait)> _attempts = new(StringComparer.Ordinal);

    /// <summary>
    /// When this peer last tried because it could not serve well as the leader; <c>null</c> if it never did.
    /// </summary>
    public TimeSpan? LastAttempt { get; set; }

    /// <summary>Whether a member may be tried now.</summary>
    public bool MayTry(string id, TimeSpan now) =>
        !_attempts.TryGetValue(id, out var last) || now - last.At >= last.Wait;

    /// <summary>Records an attempt.</summary>
    public void Tried(string id, TimeSpan now)
    {
        bool again = _attempts.TryGetValue(id, out var last) && now - last.At < Forgotten * last.Wait;
        _attempts[id] = (now, !again ? shortest : 2 * last.Wait < longest ? 2 * last.Wait : longest);
    }
}
