using System.Diagnostics.Metrics;
using RaftActors.Log;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>A peer whose timers fire late: they are counted, and the log says so once a minute.</summary>
public sealed class LateTimersSpec : PeerSpec
{
    private const string Late = "a timer fired";

    private readonly MeterListener _listener = new();
    private TimeSpan _stoodStill;
    private long _measured;

    public LateTimersSpec(ITestOutputHelper output)
        : base(output)
    {
        Settings = Settings with { ElapsedTime = scheduler => scheduler.HighResMonotonicClock + _stoodStill };
        int thread = Environment.CurrentManagedThreadId;
        _listener.InstrumentPublished = static (instrument, meters) =>
        {
            if (instrument.Name == "raft.timers.late")
                meters.EnableMeasurementEvents(instrument);
        };
        // A peer in virtual time runs on the thread of its spec; other specs count, too.
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) =>
            _measured += Environment.CurrentManagedThreadId == thread ? count : 0);
        _listener.Start();
    }

    [Fact]
    public void A_leader_counts_a_heartbeat_that_is_late_by_more_than_an_interval()
    {
        StartAsLeader();
        Advance(100);
        Assert.Equal(0, Status().LateTimers);

        EventFilter.Warning(contains: Late).ExpectOne(() =>
        {
            StandStill(200);
            Advance(50);
        });

        Assert.Equal((1, 1), (Status().LateTimers, _measured));
    }

    [Fact]
    public void A_follower_counts_an_election_timeout_that_is_late_by_more_than_a_heartbeat_interval()
    {
        StartWithLog(new HardState(1, null, null), 1, 1);
        Advance(100);

        EventFilter.Warning(contains: Late).ExpectOne(() =>
        {
            StandStill(1000);
            Advance(600);
        });

        Assert.Equal((1, 1), (Status().LateTimers, _measured));
    }

    [Fact]
    public void A_timer_that_is_late_by_less_is_not_counted()
    {
        StartAsLeader();
        for (int i = 0; i < 10; i++)
        {
            StandStill(40);
            Advance(50);
        }

        Assert.Equal((0, 0), (Status().LateTimers, _measured));
    }

    [Fact]
    public void Many_late_timers_are_one_line_a_minute()
    {
        StartAsLeader();

        EventFilter.Warning(contains: Late).Expect(2, () =>
        {
            for (int i = 0; i < 11; i++)
            {
                StandStill(6000);
                B.Accept(3, 2);
                Advance(50);
            }
        });

        Assert.Equal(11, _measured);
    }

    protected override void AfterAll()
    {
        _listener.Dispose();
        base.AfterAll();
    }

    private void StandStill(int milliseconds) => _stoodStill += TimeSpan.FromMilliseconds(milliseconds);
}
