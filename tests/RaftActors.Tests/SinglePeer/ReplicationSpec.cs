using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>AppendEntries from both sides.</summary>
public sealed class ReplicationSpec(ITestOutputHelper output) : PeerSpec(output)
{
    private static readonly HardState InTerm1 = new(1, null, null);

    [Fact]
    public void A_follower_whose_log_is_too_short_says_where_it_ends()
    {
        StartWithLog(InTerm1, 1, 1);

        B.Append(2, 5, 2, 0, Command(6, 2));

        var reply = B.Expect<AppendEntriesReply>();
        Assert.Equal((false, 5, new LogConflict(0, 3)), (reply.Success, reply.RejectedIndex, reply.Conflict));
    }

    // Whoever leads now may be the same, and its contexts begin anew in each term: an answer to an old one would
    // confirm reads that nobody has confirmed.
    [Fact]
    public void The_read_context_of_an_earlier_term_is_not_returned()
    {
        StartWithLog(new HardState(5, null, null), 1);

        B.Say(header => new AppendEntries(header, 1, 1, 0, 50, EntryBatch.Empty), 3);

        var reply = B.Expect<AppendEntriesReply>();
        Assert.Equal((5, false, 0), (reply.Term, reply.Success, reply.ReadContext));
    }

    [Fact]
    public void A_late_message_does_not_shorten_the_log()
    {
        StartWithLog(InTerm1, 1);
        B.Append(1, 1, 1, 0, Command(2, 1), Command(3, 1), Command(4, 1));
        B.Expect<AppendEntriesReply>(reply => reply.MatchIndex == 4);

        B.Append(1, 1, 1, 0, Command(2, 1));

        Assert.Equal(2, B.Expect<AppendEntriesReply>().MatchIndex);
        Assert.Equal(4, Status().LastIndex);
    }

    [Fact]
    public void A_leader_that_would_replace_a_committed_entry_stops_the_peer_for_good()
    {
        StartWithLog(InTerm1, 1, 1, 1);
        B.Append(1, 3, 1, 3);
        Sys.EventStream.Subscribe(TestActor, typeof(PeerFailed));

        B.Append(2, 1, 1, 0, Command(2, 2));

        Assert.Contains("3 is committed", ExpectMsg<PeerFailed>().Reason);
    }

    [Fact]
    public void A_refusal_makes_the_leader_go_back_a_whole_term()
    {
        StartWithLog(new HardState(4, null, null), 1, 1, 4, 4, 4);
        Elect();
        C.Expect<AppendEntries>(append => append.Entries.Count > 0);

        C.Say(header => new AppendEntriesReply(header, false, 0, 0, 5, new LogConflict(2, 3), 0), 5);

        var append = C.Expect<AppendEntries>(append => append.Entries.Count > 0);
        Assert.Equal((2, 4), (append.PrevLogIndex, append.Entries.Count));
    }

    [Fact]
    public void Messages_to_a_follower_that_agrees_follow_each_other_without_waiting_up_to_the_window()
    {
        Settings = Settings with { MaxInflightAppends = 3, MaxBatchEntries = 2 };
        StartAsLeader();
        for (int i = 0; i < 3; i++)
        {
            Propose(1);
        }
        Propose(20);
        Assert.Equal(6, B.Expect<AppendEntries>(append => append.LastIndex >= 6).LastIndex);
        B.ExpectNone<AppendEntries>(append => append.Entries.Count > 0);

        B.Accept(6, 2);
        for (int i = 0; i < 3; i++)
            Assert.Equal(2, B.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries.Count);
        B.ExpectNone<AppendEntries>(append => append.Entries.Count > 0);

        B.Accept(8, 2);
        Assert.Equal(14, B.Expect<AppendEntries>(append => append.Entries.Count > 0).LastIndex);
        B.ExpectNone<AppendEntries>(append => append.Entries.Count > 0);
    }

    [Fact]
    public void A_batch_is_bounded_by_bytes_too()
    {
        Settings = Settings with { MaxBatchBytes = 3000, MaxInflightAppends = 1 };
        StartAsLeader();
        Propose(1);
        B.Expect<AppendEntries>(append => append.LastIndex == 4);

        for (int i = 0; i < 5; i++)
            Peer.Tell(new Propose(new byte[1000], Forward: false), TestActor);
        B.Accept(4, 2);

        Assert.Equal(2, B.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries.Count);
    }

    [Fact]
    public void A_follower_that_answers_nothing_gets_one_message_and_then_heartbeats()
    {
        StartWithLog(InTerm1, 1, 1);
        Elect();
        C.Expect<AppendEntries>(append => append.Entries.Count > 0);

        for (int i = 0; i < 5; i++)
        {
            B.Accept(3 + i, 2);
            Propose(1);
            Advance(50);
        }

        int heartbeats = 0;
        C.ExpectNone<AppendEntries>(append => append.Entries.Count > 0 || ++heartbeats < 0);
        Assert.Equal(5, heartbeats);
    }

    [Fact]
    public void Both_followers_and_the_journal_share_the_encoded_entries()
    {
        StartAsLeader();
        Disk.Commanded = true;
        Propose(1);

        var written = Assert.IsType<StatePersisted>(Disk.NextWrite().Event).Batches[0];

        Assert.Same(written, B.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries);
        Assert.Same(written, C.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries);
    }

    [Fact]
    public void A_followers_journal_takes_the_entries_as_they_came()
    {
        StartWithLog(InTerm1, 1);
        Disk.Commanded = true;
        var batch = new EntryBatch([Command(2, 1), Command(3, 1)]);

        B.Say(header => new AppendEntries(header, 1, 1, 0, 0, batch), 1);

        Assert.Same(batch, Assert.IsType<StatePersisted>(Disk.NextWrite().Event).Batches[0]);
    }

    [Theory]
    [InlineData(-3000)]
    [InlineData(3_600_000)]
    public void A_step_of_the_leaders_wall_clock_does_not_move_log_time(long step)
    {
        StartWithLog(InTerm1, 1);
        var clock = new FixedClock { Now = DateTimeOffset.FromUnixTimeMilliseconds(5000) };
        Settings = Settings with { Clock = clock };
        // A second start with that clock.
        Peer.Tell(PoisonPill.Instance);
        Assert.Null(Find());
        Start();
        Elect();
        Assert.Equal(5000, B.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries.Entries[0].Time);
        B.Accept(2, 2);

        clock.Now += TimeSpan.FromMilliseconds(step);
        Propose(1);

        Assert.Equal(5000, B.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries.Entries[0].Time);
    }

    [Fact]
    public void Log_time_moves_with_the_leaders_monotonic_clock()
    {
        StartAsLeader();
        Propose(1);
        var first = B.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries.Entries[0];
        B.Accept(first.Index, 2);

        Advance(100);
        B.Accept(first.Index, 2);
        Propose(1);

        var second = B.Expect<AppendEntries>(append => append.Entries.Count > 0).Entries.Entries[0];
        Assert.Equal(100, second.Time - first.Time);
    }

    private void Propose(int count)
    {
        for (int i = 0; i < count; i++)
            Peer.Tell(new Propose(new byte[] { (byte)i }), TestActor);
    }

    private sealed class FixedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
