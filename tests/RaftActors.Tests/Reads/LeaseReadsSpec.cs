using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Reads;
using RaftActors.Replication;
using RaftActors.Tests.Log;
using RaftActors.Tests.Replication;

namespace RaftActors.Tests.Reads;

/// <summary>What lease reads bind voters to, and when a leader has a lease.</summary>
public sealed class LeaseReadsSpec
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);
    private static readonly Configuration Voters =
        new Configuration([new("a", "host:1", "store-a"), new("b", "host:2", "store-b")]).WithLease(Lease);

    private readonly RaftLog _log = Logs.Of(5, 5);
    private readonly ConfigurationHistory _configurations = new(Configuration.None);
    private readonly ElectionClock _clock = new();
    private readonly LeaderState _leader = Leaders.Of(Voters, lastIndex: 1);
    private readonly LeaseReads _leases;

    public LeaseReadsSpec()
    {
        var settings = new RaftSettings { Group = "group", MemberId = "a", Members = [], LeaseClockDrift = 0.1 };
        _leases = new LeaseReads(settings, _log, _configurations, _clock);
        _leases.Start(-Lease);
    }

    [Fact]
    public void Without_lease_reads_nobody_has_promised_anything()
    {
        _leases.Start(At(0));
        _clock.HeardLeader(At(0));

        Assert.False(_leases.AreOn);
        Assert.False(_leases.BindVoter(leads: false, At(0)));
        Assert.False(_leases.AreHeldBy(_leader, At(0)));
    }

    [Fact]
    public void A_voter_that_has_heard_a_leader_or_has_just_started_elects_nobody_for_the_lease()
    {
        _configurations.Append(1, Voters);
        Assert.False(_leases.BindVoter(leads: false, At(0)));

        _clock.HeardLeader(At(0));
        Assert.True(_leases.BindVoter(leads: false, At(0.9)));
        Assert.False(_leases.BindVoter(leads: true, At(0.9)));
        Assert.False(_leases.BindVoter(leads: false, At(1)));

        _leases.Start(At(2));
        Assert.True(_leases.BindVoter(leads: true, At(2.9)));
    }

    [Fact]
    public void A_leader_has_a_lease_since_the_heartbeat_that_a_majority_has_answered_but_for_the_drift_of_clocks()
    {
        Confirm(at: 0);

        Assert.True(_leases.AreHeldBy(_leader, At(0.89)));
        Assert.False(_leases.AreHeldBy(_leader, At(0.9)));
    }

    [Fact]
    public void A_voter_without_the_configuration_that_turned_the_leases_on_has_promised_nothing()
    {
        Confirm(at: 0, match: 1);

        Assert.False(_leases.AreHeldBy(_leader, At(0.1)));
    }

    [Fact]
    public void A_leader_that_handed_over_has_no_lease_any_more()
    {
        Confirm(at: 0);

        _leader.HandedOver = true;

        Assert.False(_leases.AreHeldBy(_leader, At(0.1)));
    }

    [Fact]
    public void A_leader_has_no_lease_before_an_entry_of_its_term_and_the_configuration_are_committed()
    {
        Confirm(at: 0, commit: 1);

        Assert.False(_leases.AreHeldBy(_leader, At(0.1)));
    }

    // b answers a heartbeat that was sent at some time.
    private void Confirm(double at, long match = 2, long commit = 2)
    {
        _configurations.Append(2, Voters);
        _log.CommitTo(commit);
        _leases.Renew(_leader, At(at));
        var progress = _leader.Find("b")!.Progress;
        progress.Heard(At(at), _leader.Reads.Context);
        progress.Accepted(match, match);
        _leases.Confirm(_leader);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
