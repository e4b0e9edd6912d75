using FsCheck;
using FsCheck.Fluent;
using RaftActors.Log;
using RaftActors.Replication;
using RaftActors.Tests.Log;

namespace RaftActors.Tests.Replication;

public sealed class FollowerProgressSpec
{
    [Fact]
    public void A_probe_waits_for_its_answer()
    {
        var progress = new FollowerProgress(5, 4, TimeSpan.Zero);
        Assert.True(progress.MaySend);

        progress.Sent(6);

        Assert.False(progress.MaySend);
        Assert.Equal(6, progress.NextIndex);
    }

    [Fact]
    public void An_accepted_probe_opens_the_pipeline()
    {
        var progress = new FollowerProgress(5, 4, TimeSpan.Zero);
        progress.Sent(6);

        progress.Accepted(match: 6, accepted: 6);

        Assert.Equal((ProgressState.Replicate, 6, 7), (progress.State, progress.MatchIndex, progress.NextIndex));
    }

    // Another store of the member answers so, and may be bound to it by the time that the answer is there.
    [Fact]
    public void A_rejection_at_index_0_changes_nothing()
    {
        var (probing, replicating) = (new FollowerProgress(5, 4, TimeSpan.Zero), Replicating(window: 2));
        replicating.Sent(1);
        long next = replicating.NextIndex;

        foreach (var progress in new[] { probing, replicating })
            Assert.False(progress.Rejected(new RaftLog(), 0, default, 0));

        Assert.Equal((ProgressState.Probe, 6), (probing.State, probing.NextIndex));
        Assert.Equal((ProgressState.Replicate, next), (replicating.State, replicating.NextIndex));
    }

    [Fact]
    public void The_window_bounds_what_is_under_way()
    {
        var progress = Replicating(window: 2);
        progress.Sent(1);
        progress.Sent(2);
        Assert.False(progress.MaySend);

        progress.Accepted(match: 1, accepted: 1);

        Assert.True(progress.MaySend);
        Assert.Equal((1, 3), (progress.Inflight, progress.NextIndex));
    }

    // It waits for others to say what it may have forgotten, and where they are may be in an entry behind the window.
    [Fact]
    public void A_follower_that_cannot_confirm_yet_is_sent_more_than_a_window()
    {
        var progress = Replicating(window: 2);
        progress.Sent(1);
        progress.Sent(2);

        progress.Accepted(match: 0, accepted: 2, confirms: false);

        Assert.True(progress.MaySend);
        Assert.Equal((0, 0, 3), (progress.Inflight, progress.MatchIndex, progress.NextIndex));
    }

    [Fact]
    public void What_is_accepted_but_not_durable_opens_the_pipeline_without_counting()
    {
        var progress = new FollowerProgress(5, 4, TimeSpan.Zero);

        progress.Accepted(match: 2, accepted: 5);

        Assert.Equal((ProgressState.Replicate, 2, 6), (progress.State, progress.MatchIndex, progress.NextIndex));
    }

    [Fact]
    public void A_refusal_falls_back_to_probing_behind_the_conflict_but_never_behind_the_match()
    {
        var log = Logs.Of(1, 1, 1, 1, 2, 2);
        var progress = Replicating(window: 4);
        progress.Sent(3);
        progress.Accepted(match: 3, accepted: 3);
        progress.Sent(6);

        Assert.True(progress.Rejected(log, 6, new LogConflict(0, 1), number: 0));

        Assert.Equal((ProgressState.Probe, 3, 4, 0),
            (progress.State, progress.MatchIndex, progress.NextIndex, progress.Inflight));
    }

    [Fact]
    public void An_overtaken_refusal_changes_nothing()
    {
        var log = Logs.Of(1, 1, 1);
        var progress = Replicating(window: 4);
        progress.Sent(3);
        progress.Accepted(match: 3, accepted: 3);

        Assert.False(progress.Rejected(log, 2, new LogConflict(0, 1), number: 0));
        Assert.Equal((ProgressState.Replicate, 4), (progress.State, progress.NextIndex));
    }

    [Fact]
    public void A_late_success_does_not_move_the_progress_back_to_before_an_installed_snapshot()
    {
        var progress = new FollowerProgress(20, 4, TimeSpan.Zero);
        progress.SendsSnapshot();
        progress.SnapshotEnded(installed: 15);

        // The answer to a heartbeat that was sent while the snapshot was under way: it named no previous entry.
        progress.Accepted(match: 0, accepted: 0);

        Assert.Equal((ProgressState.Probe, 21), (progress.State, progress.NextIndex));
    }

    [Fact]
    public void A_late_refusal_does_not_move_the_progress_back_to_before_an_installed_snapshot()
    {
        var log = Logs.Of([.. Enumerable.Repeat(1L, 20)]);
        var progress = new FollowerProgress(20, 4, TimeSpan.Zero);
        long number = progress.NextNumber();
        Assert.True(progress.Rejected(log, 20, new LogConflict(0, 1), number));
        progress.SendsSnapshot();
        progress.SnapshotEnded(installed: 20);

        // It comes twice: the second one when the progress is where it was when its message was sent.
        Assert.False(progress.Rejected(log, 20, new LogConflict(0, 1), number));

        Assert.Equal((ProgressState.Probe, 21), (progress.State, progress.NextIndex));
    }

    [Fact]
    public void A_refusal_of_what_was_sent_before_the_last_probe_changes_nothing()
    {
        var log = Logs.Of([.. Enumerable.Repeat(1L, 20)]);
        var progress = Replicating(window: 8);
        long first = Send(4), second = Send(8);
        Assert.True(progress.Rejected(log, 4, new LogConflict(0, 3), first));
        Send(6);
        progress.Accepted(match: 6, accepted: 6);
        Send(12);

        Assert.False(progress.Rejected(log, 8, new LogConflict(0, 3), second));
        Assert.Equal((ProgressState.Replicate, 13), (progress.State, progress.NextIndex));

        long Send(long last)
        {
            progress.Sent(last);
            return progress.NextNumber();
        }
    }

    [Fact]
    public void A_follower_that_restarts_without_what_it_had_agreed_to_is_probed_from_what_it_has()
    {
        var log = Logs.Of([.. Enumerable.Repeat(1L, 20)]);
        var progress = Replicating(window: 8);
        progress.Accepted(match: 3, accepted: 20);
        progress.Sent(20);

        Assert.True(progress.Rejected(log, 20, new LogConflict(0, 4), progress.NextNumber()));
        Assert.Equal((ProgressState.Probe, 4), (progress.State, progress.NextIndex));
    }

    [Fact]
    public void No_late_repeated_or_reordered_answer_moves_the_progress_to_before_what_the_follower_agreed_to() =>
        Prop.ForAll(Gen.Choose(0, 9).ArrayOf(300).ToArbitrary(), choices =>
        {
            var network = new Network(Logs.Of(1, 1, 2, 4, 4, 4, 6, 6, 6, 6),
                Logs.Of(1, 1, 3, 3, 3, 5, 5, 5, 5)) { Repeats = true };
            foreach (int choice in choices)
            {
                network.Step(choice);
                Assert.True(network.Progress.NextIndex > network.Agreed,
                    $"{network.Agreed} was agreed, and {network.Progress.NextIndex} is to be sent next.");
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_late_repeated_or_reordered_success_moves_the_progress_back() =>
        Prop.ForAll(Gen.Choose(0, 30).ArrayOf(40).ToArbitrary(), answers =>
        {
            var progress = new FollowerProgress(10, 4, TimeSpan.Zero);
            for (int i = 0; i < answers.Length; i++)
            {
                var (match, next) = (progress.MatchIndex, progress.NextIndex);
                switch (i % 5)
                {
                    case 3: progress.SendsSnapshot(); break;
                    case 4: progress.SnapshotEnded(installed: answers[i] % 3 == 0 ? null : answers[i]); break;
                    default: progress.Accepted(match: answers[i] / 2, accepted: answers[i]); break;
                }
                Assert.True(progress.MatchIndex >= match && progress.NextIndex >= next,
                    $"{match}, {next} became {progress.MatchIndex}, {progress.NextIndex}.");
                Assert.True(progress.MatchIndex < progress.NextIndex);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Messages_that_are_lost_doubled_or_late_never_corrupt_what_is_known_and_in_the_end_all_match() =>
        Prop.ForAll(Gen.Choose(0, 5).ArrayOf(200).ToArbitrary(), choices =>
        {
            var network = new Network(Logs.Of(1, 1, 2, 4, 4, 4, 6, 6), Logs.Of(1, 1, 3, 3, 3, 5, 5, 5, 5));
            foreach (int choice in choices)
                network.Step(choice);
            network.Settle();

            Assert.Equal(network.Leader.LastIndex, network.Progress.MatchIndex);
            for (long index = 0; index <= network.Leader.LastIndex; index++)
                Assert.Equal(network.Leader.TermAt(index), network.Follower.TermAt(index));
        }).QuickCheckThrowOnFailure();

    private static FollowerProgress Replicating(int window)
    {
        var progress = new FollowerProgress(0, window, TimeSpan.Zero);
        progress.Accepted(0, 0);
        return progress;
    }

    /// <summary>A leader and a follower with one link that loses, repeats and reorders.</summary>
    private sealed class Network(RaftLog leader, RaftLog follower)
    {
        private readonly List<(long Number, long Previous, long Term, LogEntry[] Entries)> _requests = [];
        private readonly List<Action> _replies = [];
        private readonly Random _random = new(1);

        /// <summary>Whether answers come twice, too.</summary>
        public bool Repeats { get; init; }

        /// <summary>What the leader has been told that the follower has.</summary>
        public long Agreed { get; private set; }

        public RaftLog Leader { get; } = leader;

        public RaftLog Follower { get; } = follower;

        public FollowerProgress Progress { get; } = new(leader.LastIndex, 3, TimeSpan.Zero);

        public void Step(int choice)
        {
            switch (choice)
            {
                case 0: Send(); break;
                case 1: Heartbeat(); break;
                case 2: Deliver(0, keep: false); break;
                case 3: Deliver(_requests.Count - 1, keep: true); break;
                case 4: Take(_replies, _replies.Count - 1)?.Invoke(); break;
                case 6 or 7 when Repeats && _replies.Count > 0: _replies[_random.Next(_replies.Count)](); break;
                case 8 when Repeats: Install(); break;
                case 9 when Repeats: Deliver(_random.Next(_requests.Count + 1) - 1, keep: true); break;
                default: Take(_requests, 0); break;
            }
            Assert.True(Progress.MatchIndex < Progress.NextIndex);
            for (long index = 1; index <= Progress.MatchIndex; index++)
                Assert.Equal(Leader.TermAt(index), Follower.TermAt(index));
        }

        public void Settle()
        {
            _requests.Clear();
            _replies.Clear();
            for (int i = 0; i < 50 && Progress.MatchIndex < Leader.LastIndex; i++)
            {
                Heartbeat();
                Send();
                while (_requests.Count > 0)
                    Deliver(0, keep: false);
                while (_replies.Count > 0)
                    Take(_replies, 0)!.Invoke();
            }
        }

        private void Send()
        {
            while (Progress.MaySend && Progress.NextIndex <= Leader.LastIndex)
            {
                long last = Leader.LastOfBatch(Progress.NextIndex, 2, int.MaxValue);
                long previous = Progress.NextIndex - 1;
                _requests.Add((Progress.NextNumber(), previous, Leader.TermAt(previous),
                    Leader.Slice(Progress.NextIndex, last)));
                Progress.Sent(last);
            }
        }

        private void Heartbeat() =>
            _requests.Add((Progress.NextNumber(), Progress.NextIndex - 1, Leader.TermAt(Progress.NextIndex - 1), []));

        // The leader has compacted all but the last two entries: a follower that needs more is sent a snapshot.
        private void Install()
        {
            long included = Leader.LastIndex - 2;
            if (Progress.NextIndex > included)
                return;
            Progress.SendsSnapshot();
            for (long index = 1; index <= included; index++)
            {
                if (Follower.TermAt(index) != Leader.TermAt(index))
                {
                    Follower.TruncateAfter(index - 1);
                    Follower.Append(Leader[index]);
                }
            }
            Progress.SnapshotEnded(included);
            Agreed = Math.Max(Agreed, included);
        }

        private void Deliver(int at, bool keep)
        {
            if (at < 0 || at >= _requests.Count)
                return;
            var (number, previous, term, entries) = _requests[at];
            if (!keep)
                _requests.RemoveAt(at);
            if (Follower.TermAt(previous) != term)
            {
                var conflict = LogConflict.At(Follower, previous);
                _replies.Add(() => Progress.Rejected(Leader, previous, conflict, number));
                return;
            }
            foreach (var entry in entries)
            {
                if (Follower.TermAt(entry.Index) == entry.Term)
                    continue;
                Follower.TruncateAfter(entry.Index - 1);
                Follower.Append(entry);
            }
            long accepted = previous + entries.Length;
            // Of what it accepts the follower has written all but the last entry.
            long match = Math.Max(0, accepted - 1);
            _replies.Add(() =>
            {
                Progress.Accepted(Repeats ? match : accepted, accepted);
                Agreed = Math.Max(Agreed, accepted);
            });
        }

        private static T? Take<T>(List<T> list, int at)
        {
            if (at < 0 || at >= list.Count)
                return default;
            var taken = list[at];
            list.RemoveAt(at);
            return taken;
        }
    }
}
