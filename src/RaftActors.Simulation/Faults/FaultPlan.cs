namespace RaftActors.Simulation.Faults;

/// <summary>
/// Draws the faults of a run. Each run has its own mixture of kinds, because a fault that happens all the time hides
/// what happens without it.
/// </summary>
internal static class FaultPlan
{
    /// <summary>Draws the faults of a run, in the order of their times.</summary>
    /// <param name="random">The source of randomness.</param>
    /// <param name="peers">The number of nodes.</param>
    /// <param name="time">How long faults may begin.</param>
    /// <param name="kinds">The kinds that may occur.</param>
    /// <param name="isolatesLeaders">
    /// Whether leaders are cut off again and again, each for about the time of an election.
    /// </param>
    /// <param name="hasFormerMembers">
    /// Whether the group was restored or recovered, so that former members may come back.
    /// </param>
    public static List<Fault> Draw(Random random, int peers, TimeSpan time, IReadOnlyList<FaultKind> kinds,
        bool isolatesLeaders, bool hasFormerMembers)
    {
        // A copied disk and a moved member can be told apart only while the member is heard.
        bool copies = kinds.Contains(FaultKind.CopiedDisk) && (kinds.Count == 1 || random.Next(12) == 0);
        var faults = DrawMixture(random, peers, time,
            copies ? [.. kinds.Where(LeavesOthersHeard)] : [.. kinds.Where(static kind =>
            kind != FaultKind.CopiedDisk)]);
        if (copies)
            faults.AddRange(DrawSome(random, peers, time, FaultKind.CopiedDisk));
        if (isolatesLeaders && !copies && kinds.Contains(FaultKind.Isolate))
            faults.AddRange(IsolateLeaders(random, time));
        if (hasFormerMembers)
            faults.AddRange(DrawSome(random, peers, time, FaultKind.LeftoverDisk));
        return [.. faults.OrderBy(fault => fault.At)];
    }

    /// <summary>Draws a change of the state of one replica.</summary>
    /// <param name="random">The source of randomness.</param>
    /// <param name="peers">The number of nodes.</param>
    /// <param name="time">How long faults may begin.</param>
    public static Fault DrawStateChange(Random random, int peers, TimeSpan time) =>
        DrawOne(random, peers, time, FaultKind.StateChange);

    /// <summary>Whether a fault leaves all members heard.</summary>
    public static bool LeavesOthersHeard(FaultKind kind) =>
        kind is FaultKind.CopiedDisk or FaultKind.Duplicates or FaultKind.DiskSlow or FaultKind.MachineSlow
            or FaultKind.SnapshotFailure or FaultKind.Transfer;

    private static IEnumerable<Fault> DrawSome(Random random, int peers, TimeSpan time, FaultKind kind) =>
        Enumerable.Range(0, random.Next(2, 6)).Select(_ => DrawOne(random, peers, time, kind)).ToList();

    private static List<Fault> DrawMixture(Random random, int peers, TimeSpan time, IReadOnlyList<FaultKind> kinds)
    {
        var some = kinds.Where(_ => random.Next(5) < 2).ToList();
        if (some.Count == 0 && kinds.Count > 0)
            some.Add(kinds[random.Next(kinds.Count)]);
        // A peer whose disk knows only removed members waits for a leader, and a majority may need its vote. The
        // product does not claim to handle that.
        if (some.Exists(static kind => kind is FaultKind.DiskSetBack or FaultKind.EventDamage))
            some.Remove(FaultKind.ChangeMembers);
        if (some.Count == 0)
            return [];
        int count = random.Next(2, 8 + (int)(time.TotalSeconds * 5));
        return Enumerable.Range(0, count).Select(_ => DrawOne(random, peers, time, some[random.Next(some.Count)]))
            .ToList();
    }

    private static IEnumerable<Fault> IsolateLeaders(Random random, TimeSpan time)
    {
        for (var at = Milliseconds(200, 700); at < time; at += Milliseconds(800, 1500))
            yield return new Fault(FaultKind.Isolate, at, Milliseconds(350, 700), -1, 0, 0);

        TimeSpan Milliseconds(int least, int most) => TimeSpan.FromMilliseconds(random.Next(least, most));
    }

    private static Fault DrawOne(Random random, int peers, TimeSpan time, FaultKind kind)
    {
        var at = time * random.NextDouble();
        // Short faults fall into the middle of something. Long ones outlast an election.
        var duration = TimeSpan.FromMilliseconds(random.Next(3) switch
        {
            0 => random.Next(1, 60),
            1 => random.Next(60, 500),
            _ => random.Next(500, 1500),
        });
        int node = random.Next(3) == 0 ? -1 : random.Next(peers);
        return new Fault(kind, at, duration, node, random.Next(peers), random.Next(1 << 20));
    }
}
