namespace RaftActors.Placement;

/// <summary>How many groups a node leads, and how many it should.</summary>
/// <param name="Leads">The number of groups that the node leads.</param>
/// <param name="Share">
/// Its even share: of each group in which it is a candidate (<see cref="GroupPlaced.Candidates"/>), one part of as many
/// as there are candidates.
/// </param>
internal readonly record struct NodeLoad(int Leads, double Share)
{
    // A sum of thirds is not exact.
    private const double Tolerance = 1e-6;

    // Leaderships are moved a few at a time: each stops the proposals of its group for some round trips.
    private const int Most = 16;

    /// <summary>By how many groups the node leads more than its share; negative for fewer.</summary>
    private double Excess => Leads - Share;

    /// <summary>
    /// How many leaderships this node should give to another. Only if the other node leads, measured against the
    /// shares, fewer by more than one: then each move makes the difference smaller, and no move is ever taken back.
    /// </summary>
    public int ToGive(NodeLoad other)
    {
        if (Excess - other.Excess <= 1 + Tolerance)
            return 0;
        // Not so many that this node has less than its share afterwards, or the other more. But one in any case.
        double most = Math.Min(Excess, -other.Excess) + Tolerance;
        return Math.Clamp((int)Math.Floor(most), 1, Most);
    }
}
