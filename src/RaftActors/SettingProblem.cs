namespace RaftActors;

/// <summary>A setting of an actor system that makes consensus unsafe or slow there.</summary>
/// <param name="Key">The key in the configuration.</param>
/// <param name="Value">Its effective value.</param>
/// <param name="Consequence">What comes of it, in a sentence.</param>
/// <param name="Advice">What to set instead, in a sentence or two.</param>
public sealed record SettingProblem(string Key, string Value, string Consequence, string Advice)
{
    /// <summary>Whether a group does not start with it.</summary>
    public bool IsRefused { get; init; }

    /// <summary>All of it on one line.</summary>
    public override string ToString() => $"{Key} = {(Value.Length > 0 ? Value : "\"\"")}: {Consequence} {Advice}";
}
