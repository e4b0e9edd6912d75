namespace RaftNode.Host.Commands;

/// <summary>The exit codes of the program.</summary>
internal static class ExitCode
{
    /// <summary>The command was done.</summary>
    public const int Done = 0;

    /// <summary>
    /// The key has no value; or the key was to be created and has a value; or the condition does not hold. For
    /// <c>start</c> and <c>dev</c>: an error ended the program.
    /// </summary>
    public const int No = 1;

    /// <summary>
    /// The command was not done: the command line is wrong, no node answers, there is no leader, or a limit was
    /// reached.
    /// </summary>
    public const int NotDone = 2;

    /// <summary>It is unknown whether the write was done.</summary>
    public const int Unknown = 3;
}
