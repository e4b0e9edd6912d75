namespace RaftActors.Sessions;

/// <summary>What to do with a command of a session.</summary>
internal enum Admission
{
    /// <summary>The command is new: apply it.</summary>
    Apply,

    /// <summary>The command was applied before: answer with the response of that time.</summary>
    Duplicate,

    /// <summary>
    /// The command was applied before, or its client gave it up. Its response is no longer remembered.
    /// </summary>
    Forgotten,

    /// <summary>Too many responses of the session are not acknowledged.</summary>
    TooMany,

    /// <summary>The session does not exist, or no longer exists.</summary>
    Expired,
}
