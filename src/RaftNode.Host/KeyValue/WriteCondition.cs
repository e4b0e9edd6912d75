namespace RaftNode.Host.KeyValue;

/// <summary>What must be so, when the entry is applied, for a write to be done.</summary>
/// <remarks>
/// Decided by the state machine and not by the node that takes the request: between the two any other write may come
/// first.
/// </remarks>
internal sealed class WriteCondition
{
    /// <summary>No condition.</summary>
    public static readonly WriteCondition None = new([], absent: false, present: false);

    /// <summary>The key has no value.</summary>
    public static readonly WriteCondition Absent = new([], absent: true, present: false);

    /// <summary>The key has a value, whichever.</summary>
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

    /// <summary>The versions of which the key must have one; empty for another condition.</summary>
    public IReadOnlyList<long> Versions { get; }

    /// <summary>Whether there is no condition.</summary>
    public bool IsNone => !IsAbsent && !IsPresent && Versions.Count == 0;

    /// <summary>The key's value has one of these versions.</summary>
    /// <param name="versions">At least one.</param>
    public static WriteCondition OneOf(IReadOnlyList<long> versions)
    {
        ArgumentOutOfRangeException.ThrowIfZero(versions.Count);
        return new WriteCondition(versions, absent: false, present: false);
    }

    /// <summary>Whether the condition holds.</summary>
    /// <param name="version">The version of the key's value, or <c>null</c> when it has none.</param>
    public bool Holds(long? version)
    {
        if (IsNone)
            return true;
        if (IsAbsent)
            return version is null;
        return version is { } present && (IsPresent || Versions.Contains(present));
    }
}
