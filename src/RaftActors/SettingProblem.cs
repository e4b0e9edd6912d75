namespace RaftActors;

/// <summary>A setting of an actor system that makes consensus in that system unsafe or slow.</summary>
/// <param name="Key">The key in the configuration.</param>
/// <param name="Value">The effective value.</param>
/// <param name="Consequence">The consequence, in a sentence.</param>
/// <param name="Advice">What to set instead, in a sentence or two.</param>
public sealed record SettingProblem(string Key, string Value, string Consequence, string Advice)
{
    /// <summary>Whether a group does not start with this setting.</summary>
    public bool IsRefused { get; init; }

    /// <summary>The problem on one line.</summary>
    public override string ToString() => $"{Key} = {(Value.Length > 0 ? Value : "\"\"")}: {Consequence} {Advice}";
}
