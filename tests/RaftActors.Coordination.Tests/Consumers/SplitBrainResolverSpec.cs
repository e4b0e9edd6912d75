namespace RaftActors.Coordination.Tests.Consumers;

/// <summary>
/// Akka.NET's split brain resolver with the strategy <c>lease-majority</c>, in a cluster of five that is cut in two.
/// </summary>
public sealed class SplitBrainResolverSpec
{
    [Theory]
    [InlineData(new[] { 0, 1, 2 }, 0)]
    [InlineData(new[] { 0, 1, 2 }, 2)]
    [InlineData(new[] { 0, 2, 3 }, 0)]
    public async Task The_side_with_the_majority_of_the_lease_group_lives_and_the_other_does_not(int[] peers,
        int leader)
    {
        int[] few = [0, 1], many = [2, 3, 4];
        await using var nodes = await ClusterNodes.StartAsync(5, peers);
        await nodes.LeadAsync(leader);
        int[] living = few.Intersect(peers).Count() > 1 ? few : many;
        int[] ending = living == few ? many : few;

        await nodes.CutAsync(few, many);

        await ClusterNodes.UntilAsync(() => ending.All(nodes.HasEnded),
            $"the nodes {string.Join(", ", ending)} have ended", nodes.Describe);
        await ClusterNodes.UntilAsync(() => nodes.IsClusterOf(living),
            $"the nodes {string.Join(", ", living)} are the cluster", nodes.Describe);
        Assert.DoesNotContain(living, nodes.HasEnded);
    }
}
