namespace RaftActors.Placement;

/// <summary>A group that <see cref="LeaderPlacement"/> knows.</summary>
internal sealed class PlacedGroup(GroupPlaced report)
{
    /// <summary>What its peer said last.</summary>
    public GroupPlaced Report { get; set; } = report;

    /// <summary>To which node its leadership is being moved; <c>null</c> if it is not.</summary>
    public string? MovingTo { get; set; }

    /// <summary>When and to which node its leadership was last moved, or was to be; at first long ago.</summary>
    public (TimeSpan At, string To) Moved { get; set; } = (TimeSpan.MinValue / 2, "");
}
