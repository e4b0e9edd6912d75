using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Tests.Log;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests.Membership;

/// <summary>Whether a peer with an empty log may take part in founding the group.</summary>
public sealed class BootstrapperSpec
{
    private readonly MembershipPeer _peer = new();

    public BootstrapperSpec() => _peer.Configurations.Reset(0, Configuration.Of(Settings.Members));

    [Fact]
    public void A_peer_with_an_empty_log_asks_all_others_again_and_again()
    {
        var bootstrapper = Start();

        Assert.Equal(["host:2", "host:3"], _peer.Sent.Select(static sent => sent.Address));
        long first = Round();
        Assert.Equal(Settings.FoundingInterval, _peer.Timers[Bootstrapper.Timeout.Instance]);
        _peer.Sent.Clear();
        bootstrapper.OnTimeout();

        Assert.Equal(first + 1, Round());
    }

    [Fact]
    public void A_peer_with_a_log_asks_nobody()
    {
        var bootstrapper = Start(log: Logs.Of(1));
        bootstrapper.OnTimeout();
        bootstrapper.OnAsked(Of(B));

        Assert.Empty(_peer.Sent);
        Assert.Empty(_peer.Timers);
    }

    [Fact]
    public void A_peer_that_is_to_join_waits_to_be_added()
    {
        Start(Settings with { Join = true });

        Assert.Empty(_peer.Sent);
    }

    [Fact]
    public void Once_all_others_have_said_that_their_logs_are_empty_the_group_may_be_founded_with_their_stores()
    {
        var bootstrapper = Start();
        bootstrapper.OnAnswer(Empty(B));
        Assert.False(bootstrapper.MayFound);

        bootstrapper.OnAnswer(Empty(C));

        Assert.True(bootstrapper.MayFound);
        Assert.Equal(new Configuration([A, B, C]), bootstrapper.Proposed);
    }

    // A store that this member had before may have voted in that term.
    [Fact]
    public void The_peer_abstains_in_the_highest_term_of_the_others()
    {
        var bootstrapper = Start();
        bootstrapper.OnAnswer(Empty(B, term: 7));
        Assert.Null(_peer.HardState.VotedFor);

        bootstrapper.OnAnswer(Empty(C));

        Assert.Equal((7, "a"), (_peer.Term, _peer.HardState.VotedFor));
    }

    [Fact]
    public void It_votes_for_a_founder_only_that_would_found_the_same_group()
    {
        var bootstrapper = Start();
        Assert.False(bootstrapper.MayVoteFor(Vote(new Configuration([A, B, C]))));
        bootstrapper.OnAnswer(Empty(B));
        bootstrapper.OnAnswer(Empty(C));

        Assert.True(bootstrapper.MayVoteFor(Vote(new Configuration([A, B, C]))));
        Assert.False(bootstrapper.MayVoteFor(Vote(new Configuration([A, B]))));
        Assert.False(bootstrapper.MayVoteFor(Vote(null)));
        Assert.True(bootstrapper.MayVoteFor(Vote(null) with { LastLogIndex = 4, LastLogTerm = 3 }));
    }

    [Fact]
    public void A_disk_that_replaces_another_has_no_vote()
    {
        var bootstrapper = Start();

        bootstrapper.OnAnswer(new IntroduceReply(Of(B), Round(), Empty: false, "store-before"));
        bootstrapper.OnAnswer(Empty(C));

        Assert.False(bootstrapper.MayFound);
        Assert.False(bootstrapper.MayVoteFor(Vote(null) with { LastLogIndex = 4, LastLogTerm = 3 }));
    }

    [Fact]
    public void A_store_that_a_configuration_names_votes_but_does_not_found()
    {
        var bootstrapper = Start();

        bootstrapper.OnAnswer(new IntroduceReply(Of(B), Round(), Empty: false, "store-a"));

        Assert.False(bootstrapper.MayFound);
        Assert.True(bootstrapper.MayVoteFor(Vote(null) with { LastLogIndex = 4, LastLogTerm = 3 }));
    }

    [Fact]
    public void Whoever_asks_is_asked_back_once()
    {
        var bootstrapper = Start();
        _peer.Sent.Clear();

        bootstrapper.OnAsked(Of(B));
        bootstrapper.OnAsked(Of(B));

        Assert.Equal("host:2", Assert.Single(_peer.Sent).Address);
    }

    private Bootstrapper Start(RaftSettings? settings = null, RaftLog? log = null)
    {
        var addresses = new MemberAddresses(
            Settings, _peer.Configurations, new RememberedStores(_peer.Configurations), Silent);
        var bootstrapper = new Bootstrapper(
            settings ?? Settings, new Random(1), log ?? new RaftLog(), _peer.Configurations, addresses, Silent, _peer);
        bootstrapper.Start();
        return bootstrapper;
    }

    private long Round() => Assert.IsType<Introduce>(_peer.Sent[0].Message).Round;

    private IntroduceReply Empty(Server other, long term = 3) =>
        new(Of(other) with { Term = term }, Round(), Empty: true, "");

    private static RequestVote Vote(Configuration? founding) => new(Of(B), 0, 0, false, false, founding);
}
