namespace RaftNode.Host.KeyValue;

/// <summary>A condition that must hold when the entry of a write is applied.</summary>
/// <remarks>
/// The state machine decides about the condition, and not the node that gets the request. Other writes may be applied
/// between the two.
/// </remarks>
internal sealed class WriteCondition
{
    /// <summary>No condition.</summary>
    public static readonly WriteCondition None = new([], absent: false, present: false);

    /// <summary>The key has no value.</summary>
    public static readonly WriteCondition Absent = new([], absent: true, present: false);

    /// <summary>The key has a value.</summary>
    public static readonly WriteCondition Present = new([], absent: false, present: true);

    private WriteCondition(IReadOnlyList<long> versions, bool absent, bool present)
    {
        Versions = versions;
        IsAbsent = absent;
        IsPresent = present;
    }

    /// <summary>Whether this is <see cref="Absent"/>.</summary>
    public bool IsAbsent { get; }

    /// <summary>Whether this is <see cref="Present"/>.</summary>
    public bool IsPresent { get; }

    /// <summary>The versions of which the key must have one. Empty for another condition.</summary>
    public IReadOnlyList<long> Versions { get; }

    /// <summary>Whether there is no condition.</summary>
    public bool IsNone => !IsAbsent && !IsPresent && Versions.Count == 0;

    /// <summary>The key's value has one of these versions.</summary>
    /// <param name="versions">The versions; at least one.</param>
    public static WriteCondition OneOf(IReadOnlyList<long> versions)
    {
        ArgumentOutOfRangeException.ThrowIfZero(versions.Count);
        return new WriteCondition(versions, absent: false, present: false);
    }

    /// <summary>Whether the condition holds.</summary>
    /// <param name="version">The version of the key's value; <c>null</c> if it has none.</param>
    public bool Holds(long? version)
    {
        if (IsNone)
            return true;
        if (IsAbsent)
            return version is null;
        return version is { } present && (IsPresent || Versions.Contains(present));
    }
}
