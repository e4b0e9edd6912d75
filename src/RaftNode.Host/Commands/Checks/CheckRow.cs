namespace RaftNode.Host.Commands.Checks;

/// <summary>One thing that was checked.</summary>
/// <param name="Name">What was checked: a word, or the key of a setting.</param>
/// <param name="State"><see cref="Ok"/>, <see cref="Warning"/> or <see cref="Error"/>.</param>
/// <param name="Why">What was found, in a sentence.</param>
/// <param name="Advice">What to do; empty if there is nothing to do.</param>
internal sealed record CheckRow(string Name, string State, string Why, string Advice = "")
{
    /// <summary>Nothing is wrong.</summary>
    public const string Ok = "ok";

    /// <summary>The node starts, but is unsafe or slow.</summary>
    public const string Warning = "warning";

    /// <summary>The node does not start, or the group does not work.</summary>
    public const string Error = "error";

    /// <summary>What was found and what to do.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Text => Advice.Length > 0 ? $"{Why} {Advice}" : Why;
}
