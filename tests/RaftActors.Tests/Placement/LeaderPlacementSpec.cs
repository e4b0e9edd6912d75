using Akka.Actor;
using RaftActors.Placement;

namespace RaftActors.Tests.Placement;

/// <summary>Whom a node asks for leaderships, and which it gives.</summary>
public sealed class LeaderPlacementSpec
{
    private const string A = "a:1", B = "b:1", C = "c:1";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly LeaderPlacement _placement = new();
    private TimeSpan _now;

    [Fact]
    public void A_group_counts_for_those_of_its_voters_that_could_lead_it()
    {
        Hear("g1", A);
        Hear("g2", B);
        Hear("g3", A, [A, B]);
        Hear("g4", A, [B, C]);
        Hear("g5", null);

        var load = _placement.Load;

        Assert.Equal(3, load.Leads);
        Assert.Equal(1 + (1 / 2.0), load.Share, 9);
    }

    [Fact]
    public void The_node_that_leads_most_is_asked_first_and_then_the_others()
    {
        Hear("g1", B);
        Hear("g2", C);
        Hear("g3", C);

        Assert.Equal([C, B, C, B], Enumerable.Range(0, 4).Select(_ => Ask()));
    }

    [Fact]
    public void A_node_that_has_given_something_is_asked_again()
    {
        Hear("g1", B);
        Hear("g2", C);
        Hear("g3", C);
        Hear("g4", C);
        Assert.Equal(C, Ask());

        Hear("g2", null);
        Hear("g2", A);

        Assert.Equal([C, B], Enumerable.Range(0, 2).Select(_ => Ask()));
    }

    [Fact]
    public void Nobody_is_asked_by_a_node_with_one_group_or_that_leads_all_or_may_lead_none()
    {
        Hear("g1", B);
        Assert.Null(Ask());
        Hear("g2", A);
        Assert.Equal(B, Ask());
        Hear("g1", A);
        Assert.Null(Ask());
        Hear("g1", B, [B, C]);
        Assert.Null(Ask());
    }

    [Fact]
    public void Nobody_is_asked_by_a_node_that_is_about_to_stop()
    {
        Hear("g1", B);
        Hear("g2", B);
        Hear("g3", B, isStopping: true);
        Assert.Null(Ask());

        _placement.Remove(new GroupGone("g3", ActorRefs.NoSender!));
        Assert.Null(Ask());
        _placement.Remove(new GroupGone("g3", ActorRefs.Nobody));

        Assert.Equal(B, Ask());
    }

    [Fact]
    public void Nobody_is_asked_for_a_while_by_a_node_whose_disk_has_stalled()
    {
        Hear("g1", B);
        Hear("g2", B);
        _placement.Pause(TimeSpan.FromMinutes(1));
        _placement.Pause(TimeSpan.FromSeconds(1));

        _now = TimeSpan.FromSeconds(59);
        Assert.Null(Ask());
        _now = TimeSpan.FromMinutes(1);

        Assert.Equal(B, Ask());
    }

    [Fact]
    public void What_is_being_given_counts_as_given()
    {
        Lead(12);
        Assert.Equal(4, Give(B, 0).Count);
        Assert.Equal(4, Give(C, 0).Count);
        Assert.Equal(new NodeLoad(4, _placement.Load.Share), _placement.Load);

        // The same questions come twice.
        Assert.Empty(Give(B, 0));
        Assert.Empty(Give(C, 0));
    }

    [Fact]
    public void Only_groups_are_given_that_the_other_node_could_lead_as_well()
    {
        Lead(6);
        Hear("g1", A, [A, C]);
        Hear("g2", A, [B, C]);
        Hear("g3", B);

        Assert.Equal(["g4"], Give(B, 1, 2.5));
        Assert.Equal(["g5"], Give(B, 2, 2.5));
    }

    [Fact]
    public void A_group_whose_leader_refuses_comes_last()
    {
        Lead(6);
        Assert.Equal(["g1", "g2"], Give(B, 0));
        _now += Interval;
        _placement.OnStayed(new LeadershipStayed("g1", Failed: false), _now);
        _placement.OnStayed(new LeadershipStayed("g2", Failed: false), _now);

        Assert.Equal(["g3", "g4"], Give(B, 0));
    }

    [Fact]
    public void A_node_that_does_not_take_over_gets_nothing_for_a_while_and_the_others_do()
    {
        Lead(6);
        Give(B, 0);
        _placement.OnStayed(new LeadershipStayed("g1", Failed: true), _now);
        _placement.OnStayed(new LeadershipStayed("g2", Failed: true), _now);

        _now = 7 * Interval;
        Assert.Empty(Give(B, 0));
        Assert.Equal(2, Give(C, 0).Count);
        _now = 32 * Interval;

        Assert.NotEmpty(Give(B, 0));
    }

    [Fact]
    public void A_node_that_loses_again_what_it_was_given_gets_nothing_for_a_while()
    {
        Lead(12);
        Give(B, 0);
        Hear("g1", B);
        Hear("g1", A);
        _now = Interval;

        Assert.Empty(Give(B, 0));
    }

    private void Lead(int groups)
    {
        for (int i = 1; i <= groups; i++)
            Hear($"g{i}", A);
    }

    private void Hear(string group, string? leader, string[]? candidates = null, bool isStopping = false) =>
        _placement.Hear(
            new GroupPlaced(group, ActorRefs.Nobody, A, leader, candidates ?? [A, B, C], Interval)
            {
                IsStopping = isStopping,
            },
            _now);

    private string? Ask() => _placement.Ask(_now)?.Other;

    private IReadOnlyList<string> Give(string to, int leads, double? share = null) =>
        [.. _placement.Give(to, new NodeLoad(leads, share ?? _placement.Load.Share), _now)
            .Select(static group => group.Report.Group)];
}
