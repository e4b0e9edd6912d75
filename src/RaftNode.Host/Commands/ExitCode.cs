namespace RaftNode.Host.Commands;

/// <summary>How a command of the program ends.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>
    /// The key has no value, or has one although it was to be created, or the condition does not hold; of <c>start</c>
    /// and <c>dev</c>: stopped by an error.
    /// </summary>
    public const int No = 1;

    /// <summary>Not done: the command line is wrong, no node answers, no leader, a limit.</summary>
    public const int NotDone = 2;

    /// <summary>Nobody can say whether the write was done.</summary>
    public const int Unknown = 3;

    /// <summary>Writes an error, on one line.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> FailAsync(string message, int code = NotDone)
    {
        await Console.Error.WriteLineAsync($"raftnode: {message.ReplaceLineEndings(" ")}");
        return code;
    }
}
