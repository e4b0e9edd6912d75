using RaftActors.Protocol;

namespace RaftActors.Simulation.Checks;

/// <summary>Describes journal events in a few words, for a trace.</summary>
internal static class EventText
{
    public static string Of(object @event) => @event switch
    {
        PeerCreated created => $"store {created.StoreId}",
        StoreRenewed renewed => $"store {renewed.StoreId}",
        SnapshotInstalled installed =>
            $"that it has a snapshot up to {installed.LastIncludedIndex}/{installed.LastIncludedTerm} in place of its "
                + "log",
        StatePersisted persisted => string.Join(", ", Parts(persisted)),
        _ => @event.GetType().Name,
    };

    private static IEnumerable<string> Parts(StatePersisted persisted)
    {
        if (persisted.HardState is { } state)
            yield return $"term {state.Term} vote {state.VotedFor ?? "none"}";
        if (persisted.Batches.Count > 0)
            yield return $"after {persisted.PreviousIndex} entries "
                + $"{persisted.Batches[0].FirstIndex}..{persisted.Batches[^1].LastIndex} of terms up to "
                + $"{persisted.Batches[^1].Entries[^1].Term}";
    }
}
