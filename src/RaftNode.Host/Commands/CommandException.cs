namespace RaftNode.Host.Commands;

/// <summary>
/// Why a command was not done, in a sentence for the user. <see cref="CommandLine"/> writes the sentence and ends the
/// program with the exit code.
/// </summary>
/// <param name="message">What was wrong, where, and what to do.</param>
/// <param name="exitCode">The exit code: see <see cref="Commands.ExitCode"/>.</param>
/// <param name="type">The kind of the problem, as in the <c>type</c> of a problem body.</param>
internal sealed class CommandException(
    string message, int exitCode = ExitCode.NotDone, string type = CommandException.Untyped) : Exception(message)
{
    /// <summary>The <c>type</c> of a problem that no node has named (RFC 9457, 4.2.1).</summary>
    public const string Untyped = "about:blank";

    /// <summary>The exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>The kind of the problem.</summary>
    public string Type { get; } = type;
}
