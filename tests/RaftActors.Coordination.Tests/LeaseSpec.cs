using Xunit.Abstractions;

namespace RaftActors.Coordination.Tests;

/// <summary>Processes that want leases of a group in virtual time.</summary>
public abstract class LeaseSpec : IDisposable
{
    protected LeaseSpec(ITestOutputHelper output) => Cluster = new LeaseCluster(output.WriteLine);

    private protected LeaseCluster Cluster { get; }

    public void Dispose()
    {
        Cluster.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts two nodes, whose owners want the same lease.</summary>
    private protected (LeaseNode One, RaftLease Anna, LeaseNode Other, RaftLease Ben) StartTwo()
    {
        var (one, other) = (Cluster.StartNode(), Cluster.StartNode());
        return (one, one.Lease(owner: "anna"), other, other.Lease(owner: "ben"));
    }
}
