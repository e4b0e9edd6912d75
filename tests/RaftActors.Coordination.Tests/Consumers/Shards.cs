using Akka.Actor;

namespace RaftActors.Coordination.Tests.Consumers;

/// <summary>Entities of a shard region, each of which answers with the number of its node.</summary>
internal static class Shards
{
    /// <summary>
    /// Asks the entities that are still missing, once. An entity is no longer missing when it answers from one of the
    /// nodes.
    /// </summary>
    /// <param name="region">The shard region.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="missing">The entities that are missing.</param>
    /// <param name="patience">How long an answer may take.</param>
    public static async Task AskAsync(
        IActorRef region, IReadOnlyCollection<int> nodes, ICollection<string> missing, TimeSpan patience)
    {
        var asked = missing.Select(async entity =>
        {
            try
            {
                return (entity, Node: await region.Ask<int>(entity, patience));
            }
            catch (AskTimeoutException)
            {
                return (entity, Node: -1);
            }
        });
        foreach (var (entity, node) in await Task.WhenAll(asked))
            if (nodes.Contains(node))
                missing.Remove(entity);
    }
}
