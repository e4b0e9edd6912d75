using System.CommandLine;

namespace RaftNode.Host.Commands;

/// <summary>
/// A command with details that do not fit into the list of commands. The command's own help ends with them.
/// </summary>
/// <param name="name">The name of the command.</param>
/// <param name="description">What the command does, in a sentence.</param>
/// <param name="details">What the user must also know before using the command.</param>
internal sealed class DetailedCommand(string name, string description, string details) : Command(name, description)
{
    /// <summary>What the user must also know.</summary>
    public string Details { get; } = details;
}
