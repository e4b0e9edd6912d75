namespace RaftActors.Sessions;

/// <summary>What is to be done with a command of a session.</summary>
internal enum Admission
{
    /// <summary>It is new: apply it.</summary>
    Apply,

    /// <summary>It was applied before: answer with the response of then.</summary>
    Duplicate,

    /// <summary>It was applied before, or given up, and its response is no longer remembered.</summary>
    Forgotten,

    /// <summary>Too many responses of its session wait to be acknowledged.</summary>
    TooMany,

    /// <summary>There is no such session, or no longer.</summary>
    Expired,
}
