using RaftActors.Client;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>A leader whose process stands still for a while: the clock goes on, but nothing is done.</summary>
public sealed class StalledLeaderSpec : PeerSpec
{
    private TimeSpan _stoodStill;

    public StalledLeaderSpec(ITestOutputHelper output)
        : base(output) =>
        Settings = Settings with { ElapsedTime = scheduler => scheduler.HighResMonotonicClock + _stoodStill };

    [Fact]
    public void A_leader_that_stood_still_waits_for_the_answers_that_came_meanwhile()
    {
        StartAsLeader();
        _stoodStill = TimeSpan.FromSeconds(2);
        Advance(100);
        Assert.Equal(RaftRole.Leader, Status().Role);

        for (int i = 0; i < 40; i++)
        {
            B.Accept(3, 2);
            Advance(50);
        }

        Assert.Equal((RaftRole.Leader, 2), Status() is var status ? (status.Role, status.Term) : default);
    }

    [Fact]
    public void A_leader_that_stood_still_and_is_answered_by_nobody_makes_way()
    {
        StartAsLeader();
        _stoodStill = TimeSpan.FromSeconds(2);

        Advance(700);

        Assert.NotEqual(RaftRole.Leader, Status().Role);
    }
}
