using RaftActors.Groups;

namespace RaftActors.Tests.Groups;

/// <summary>A bound on how many actors recover at a time.</summary>
public sealed class PermitsSpec : Akka.TestKit.Xunit2.TestKit
{
    [Fact]
    public void The_next_in_turn_gets_the_permit_that_is_given_back()
    {
        var permits = new Permits(2);
        var probes = Enumerable.Range(0, 5).Select(i => CreateTestProbe($"probe{i}")).ToList();
        probes.ForEach(probe => permits.Request(probe.Ref));
        probes[0].ExpectMsg<Permits.Granted>();
        probes[1].ExpectMsg<Permits.Granted>();
        Assert.False(probes[2].HasMessages);

        // One that waits has ended.
        permits.Return(probes[2].Ref);
        permits.Return(probes[1].Ref);

        probes[3].ExpectMsg<Permits.Granted>();
        Assert.All([probes[2], probes[4]], static probe => Assert.False(probe.HasMessages));
        // Nobody gives back what they do not have.
        permits.Return(probes[1].Ref);
        Assert.False(probes[4].HasMessages);
        permits.Return(probes[0].Ref);
        probes[4].ExpectMsg<Permits.Granted>();
    }

    [Fact]
    public void A_permit_that_is_free_is_there_at_once()
    {
        var permits = new Permits(1);
        var (first, second) = (CreateTestProbe(), CreateTestProbe());

        Assert.True(permits.TryTake(first.Ref));
        Assert.False(permits.TryTake(second.Ref));
        permits.Return(first.Ref);

        second.ExpectMsg<Permits.Granted>();
        Assert.False(first.HasMessages);
    }
}
