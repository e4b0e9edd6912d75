namespace RaftActors.Sessions;

/// <summary>What a session entry does, to a session that the entry names unless it opens one.</summary>
/// <param name="Open">The bounds of the session that it opens; <c>null</c> when it opens none.</param>
/// <param name="Close">Whether it closes the session; otherwise it keeps it alive.</param>
internal sealed record SessionChange(SessionLimits? Open, bool Close)
{
    /// <summary>Keeps a session alive.</summary>
    public static readonly SessionChange KeepAlive = new(null, false);

    /// <summary>Closes a session.</summary>
    public static readonly SessionChange Closing = new(null, true);
}
