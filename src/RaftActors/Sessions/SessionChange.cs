namespace RaftActors.Sessions;

/// <summary>What a session entry does. The entry names its session, unless it opens one.</summary>
/// <param name="Open">The limits of the session to open; <c>null</c> if the entry opens none.</param>
/// <param name="Close">Whether the entry closes the session. Otherwise it keeps the session alive.</param>
internal sealed record SessionChange(SessionLimits? Open, bool Close)
{
    /// <summary>Keeps a session alive.</summary>
    public static readonly SessionChange KeepAlive = new(null, false);

    /// <summary>Closes a session.</summary>
    public static readonly SessionChange Closing = new(null, true);
}
