using System.CommandLine;

namespace RaftNode.Host.Commands;

/// <summary>
/// A command with more to be said about it than fits the list of commands: its own help ends with it.
/// </summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it does, in a sentence.</param>
/// <param name="details">What else one has to know before one uses it.</param>
internal sealed class DetailedCommand(string name, string description, string details) : Command(name, description)
{
    /// <summary>What else one has to know.</summary>
    public string Details { get; } = details;
}
