using RaftActors.Client;
using RaftActors.Groups;

namespace RaftActors.Tests.Snapshots;

// A snapshot that waits for a permit of the node.
public sealed partial class SnapshotManagerSpec
{
    [Fact]
    public void A_snapshot_waits_for_a_permit_and_whoever_has_asked_waits_with_it()
    {
        var other = CreateTestProbe();
        Assert.True(_permits.TryTake(other.Ref));
        Append(5);
        var asker = Ask();
        Assert.Empty(_peer.Done);

        Append(6);
        _permits.Return(other.Ref);
        Assert.Equal(["capture"], _peer.Done);
        Tell(Image(6));
        _store.Save();
        Assert.False(_permits.TryTake(other.Ref));
        Assert.False(other.HasMessages);
        _store.Save();

        Assert.Equal(6, asker.ExpectMsg<SnapshotTaken>().Index);
        other.ExpectMsg<Permits.Granted>();
    }

    [Fact]
    public void A_snapshot_that_fails_gives_its_permit_back()
    {
        Append(5);
        var asker = Ask();
        Tell(Image(5));
        var other = CreateTestProbe();
        Assert.False(_permits.TryTake(other.Ref));

        _store.Refuse();

        asker.ExpectMsg<SnapshotFailed>();
        other.ExpectMsg<Permits.Granted>();
    }

    [Fact]
    public void A_permit_goes_on_to_the_next_if_no_snapshot_is_wanted_when_the_turn_comes()
    {
        var (other, third) = (CreateTestProbe(), CreateTestProbe());
        Assert.True(_permits.TryTake(other.Ref));
        Append(5);
        var asker = Ask();
        Assert.False(_permits.TryTake(third.Ref));

        _peer.WhySetAside = "The replica differs.";
        Do(() => _manager.OnSetAside(_peer.WhySetAside));
        asker.ExpectMsg<SnapshotFailed>();
        _permits.Return(other.Ref);

        third.ExpectMsg<Permits.Granted>();
        Assert.Empty(_peer.Done);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_stops_gives_back_its_permit_or_its_place_in_the_line(bool hasPermit)
    {
        var (other, third) = (CreateTestProbe(), CreateTestProbe());
        if (!hasPermit)
            Assert.True(_permits.TryTake(other.Ref));
        Append(5);
        var asker = Ask();
        Assert.False(_permits.TryTake(third.Ref));

        Do(() => _manager.Stop("The peer stopped."));
        _permits.Return(other.Ref);

        asker.ExpectMsg<SnapshotFailed>();
        third.ExpectMsg<Permits.Granted>();
    }

    [Fact]
    public void A_state_machine_that_hangs_keeps_the_permit_for_a_minute()
    {
        Append(5);
        var asker = Ask();
        Assert.Equal(["capture"], _peer.Done);
        var other = CreateTestProbe();
        Assert.False(_permits.TryTake(other.Ref));

        Advance(59_000);
        Assert.False(other.HasMessages);
        Advance(1_000);

        other.ExpectMsg<Permits.Granted>();
        Tell(Image(5));
        _store.Save();
        _store.Save();
        Assert.Equal(5, asker.ExpectMsg<SnapshotTaken>().Index);
        Assert.False(_permits.TryTake(CreateTestProbe().Ref));
    }
}
