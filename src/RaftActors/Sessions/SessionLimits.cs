namespace RaftActors.Sessions;

/// <summary>
/// The limits of the session table. The leader writes the limits in its settings into the entry that opens a session,
/// so that all replicas use the same limits.
/// </summary>
/// <param name="Timeout">
/// How long a session lives without a command or a sign of life, in milliseconds of log time.
/// </param>
/// <param name="MaxSessions">The most sessions that may be open. Another one is not opened.</param>
/// <param name="MaxResponses">
/// The most responses of a session that its client has not acknowledged. A command beyond that is not applied.
/// </param>
/// <param name="MaxResponseBytes">
/// The most bytes of all remembered responses together. Beyond that, the oldest responses are forgotten.
/// </param>
internal sealed record SessionLimits(long Timeout, int MaxSessions, int MaxResponses, long MaxResponseBytes);
