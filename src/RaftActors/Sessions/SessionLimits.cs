namespace RaftActors.Sessions;

/// <summary>
/// The bounds of the session table. The leader writes those of its settings into the entry that opens a session, so
/// that all replicas keep to the same.
/// </summary>
/// <param name="Timeout">
/// How long a session lives without a command or a sign of life, in milliseconds of log time.
/// </param>
/// <param name="MaxSessions">How many sessions there may be; one more is not opened.</param>
/// <param name="MaxResponses">
/// How many responses a session may have that its client has not acknowledged; a command beyond them is not applied.
/// </param>
/// <param name="MaxResponseBytes">
/// How many bytes all remembered responses together may have; beyond it the oldest are forgotten.
/// </param>
internal sealed record SessionLimits(long Timeout, int MaxSessions, int MaxResponses, long MaxResponseBytes);
