namespace RaftActors.Elections;

/// <summary>
/// How often a leadership may be handed over unasked. Each attempt to hand it to the same member for its priority soon
/// after another one doubles the wait, whether that failed or the member just could not keep the leadership: so a
/// member that others cannot reach does not cost the group an election over and over.
/// </summary>
/// <param name="shortest">The wait after a first attempt.</param>
/// <param name="longest">The longest wait.</param>
internal sealed class TransferBackoff(TimeSpan shortest, TimeSpan longest)
{
    // An attempt that comes after so many waits has nothing to do with the one before.
    private const int Forgotten = 4;

    private readonly Dictionary<string, (TimeSpan At, TimeSpan Wait)> _attempts = new(StringComparer.Ordinal);

    /// <summary>Before this time a leader that cannot serve well does not try again.</summary>
    public TimeSpan NotBefore { get; set; }

    /// <summary>Whether a member may be tried.</summary>
    public bool MayTry(string id, TimeSpan now) =>
        !_attempts.TryGetValue(id, out var last) || now - last.At >= last.Wait;

    /// <summary>Records an attempt.</summary>
    public void Tried(string id, TimeSpan now)
    {
        bool again = _attempts.TryGetValue(id, out var last) && now - last.At < Forgotten * last.Wait;
        _attempts[id] = (now, !again ? shortest : 2 * last.Wait < longest ? 2 * last.Wait : longest);
    }
}
