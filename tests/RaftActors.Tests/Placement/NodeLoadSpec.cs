using RaftActors.Placement;

namespace RaftActors.Tests.Placement;

/// <summary>How many leaderships a node gives to another.</summary>
public sealed class NodeLoadSpec
{
    [Theory]
    // All groups have the same three voters: a share is a third of them.
    [InlineData(12, 4, 0, 4, 4)]
    [InlineData(8, 4, 0, 4, 4)]
    [InlineData(6, 4, 4, 4, 1)]
    [InlineData(5, 4, 4, 4, 0)]
    [InlineData(5, 13 / 3.0, 4, 13 / 3.0, 0)]
    [InlineData(6, 14 / 3.0, 4, 14 / 3.0, 1)]
    // Both lead more than their share, or both less: another node is down, or leads too many.
    [InlineData(9, 4, 5, 4, 1)]
    [InlineData(2, 4, 0, 4, 1)]
    // Each is measured against its own share.
    [InlineData(10, 10, 5, 5, 0)]
    [InlineData(10, 10, 5, 6.5, 1)]
    [InlineData(5, 5, 10, 12, 1)]
    [InlineData(4, 5, 10, 10.5, 0)]
    // A few at a time.
    [InlineData(3000, 1000, 0, 1000, 16)]
    // What no node says.
    [InlineData(5, 4, int.MaxValue, 4, 0)]
    [InlineData(5, 4, int.MinValue, 4, 1)]
    [InlineData(5, 4, 0, double.PositiveInfinity, 1)]
    public void A_node_gives_what_it_leads_more_than_the_other(
        int leads, double share, int otherLeads, double otherShare, int given) =>
        Assert.Equal(given, new NodeLoad(leads, share).ToGive(new NodeLoad(otherLeads, otherShare)));

    [Fact]
    public void After_each_move_the_nodes_differ_by_less_and_nothing_is_given_back()
    {
        for (int groups = 0; groups < 40; groups++)
            for (int leads = 0; leads <= groups; leads++)
            {
                double share = groups / 3.0;
                var (one, other) = (new NodeLoad(leads, share), new NodeLoad(groups - leads, share));
                int given = one.ToGive(other);
                var (after, otherAfter) = (one with { Leads = leads - given },
                    other with { Leads = other.Leads + given });

                if (given == 0)
                    continue;
                Assert.Equal(0, otherAfter.ToGive(after));
                Assert.InRange(Math.Abs(after.Leads - otherAfter.Leads), 0, one.Leads - other.Leads - 1);
            }
    }
}
