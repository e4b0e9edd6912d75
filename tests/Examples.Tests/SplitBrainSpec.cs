using Xunit;

namespace Examples.Tests;

public sealed class SplitBrainSpec
{
    [Fact]
    public async Task Of_a_cluster_that_is_cut_in_two_the_side_with_the_lease_lives()
    {
        var shown = new List<string>();

        await SplitBrain.Program.RunAsync(shown.Add);

        Assert.Contains("Node 3 did not get the lease: it has ended by itself.", shown);
        Assert.Contains("Nodes 1 and 2 are the cluster, and go on.", shown);
        Assert.StartsWith("The lease 'shop-akka-sbr' is held by node ", shown[^1]);
    }
}
