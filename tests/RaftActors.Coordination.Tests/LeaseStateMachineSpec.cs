using Google.Protobuf;

namespace RaftActors.Coordination.Tests;

public sealed class LeaseStateMachineSpec
{
    private readonly LeaseLog _log = new();

    [Fact]
    public void One_owner_at_a_time_has_a_lease_and_whoever_is_refused_is_told_who_has_it()
    {
        var granted = _log.Acquire("lease", "anna", process: 1)!;

        var refused = _log.Apply(LeaseLog.Acquiring("lease", "ben", 2, 1000)).Refused;

        Assert.Equal(("anna", 1L, granted.Token, 1000L),
            (refused.Owner, refused.Process, refused.Token, refused.TimeLeft));
        Assert.NotNull(_log.Acquire("another", "ben", process: 2));
    }

    [Fact]
    public void Two_owners_in_one_process_are_two()
    {
        Assert.NotNull(_log.Acquire("lease", "anna", process: 1));
        Assert.Null(_log.Acquire("lease", "ben", process: 1));
    }

    [Fact]
    public void A_token_is_the_index_of_the_granting_entry_and_a_renewal_keeps_it()
    {
        long first = _log.Acquire("lease", "anna", 1)!.Token;
        Assert.Equal(_log.Index, first);

        Assert.Equal(first, _log.Acquire("lease", "anna", 1, heldToken: first)!.Token);
        long second = _log.Acquire("lease", "anna", 1)!.Token;
        Assert.True(second > first);
        _log.Release("lease", "anna", 1);
        Assert.True(_log.Acquire("lease", "ben", 2)!.Token > second);
    }

    [Fact]
    public void A_token_that_is_not_that_of_the_lease_keeps_nothing()
    {
        long first = _log.Acquire("lease", "anna", 1)!.Token;
        long second = _log.Acquire("lease", "anna", 1)!.Token;

        Assert.True(_log.Acquire("lease", "anna", 1, heldToken: first)!.Token > second);
    }

    [Fact]
    public void Whoever_gives_no_signs_of_life_renews_the_lease_that_has_the_token_or_none()
    {
        var first = _log.Acquire("lease", "anna", process: 0)!;
        Assert.Equal((_log.Index, _log.Index), (first.Process, first.Token));
        _log.Time += 900;

        var renewed = _log.Acquire("lease", "anna", 0, heldToken: first.Token)!;
        Assert.Equal((first.Process, first.Token, 1000L), (renewed.Process, renewed.Token, renewed.TimeLeft));

        var second = _log.Acquire("lease", "anna", 0)!;
        Assert.True(second.Token > first.Token);
        var late = _log.Apply(LeaseLog.Acquiring("lease", "anna", 0, 1000, first.Token)).Refused;
        Assert.Equal(second.Token, late.Token);
        _log.ForceRelease("lease");
        Assert.Equal(0, _log.Apply(LeaseLog.Acquiring("lease", "anna", 0, 1000, second.Token)).Refused.Token);
    }

    [Fact]
    public void Leases_that_have_ended_do_not_stay()
    {
        for (int i = 0; i < 100; i++)
        {
            _log.Acquire($"lease {i}", "anna", 0, timeToLive: 100);
            _log.Time += 200;
        }
        Assert.InRange(Wire.SnapshotHead.Parser.ParseDelimitedFrom(new MemoryStream(_log.Image())).Leases, 1, 10);
    }

    [Fact]
    public void A_lease_ends_when_more_than_its_time_to_live_has_passed()
    {
        _log.Acquire("lease", "anna", 1, timeToLive: 1000);
        _log.Time += 1001;
        Assert.Null(_log.Acquire("lease", "ben", 2));
        _log.Time += 1;
        Assert.NotNull(_log.Acquire("lease", "ben", 2));
    }

    [Fact]
    public void A_sign_of_life_is_one_for_all_leases_of_a_process()
    {
        long[] tokens = [_log.Acquire("a", "anna", 1, 1000)!.Token, _log.Acquire("b", "anna", 1, 3000)!.Token];
        _log.Time += 900;

        Assert.True(_log.SignOfLife(1, tokens).AsSaid);

        Assert.Equal(1000, _log.Find("a")!.TimeLeft);
        Assert.Equal(3000, _log.Find("b")!.TimeLeft);
    }

    [Fact]
    public void A_process_that_thinks_that_it_holds_others_than_it_does_is_told_which()
    {
        long first = _log.Acquire("a", "anna", 1)!.Token;
        long second = _log.Acquire("b", "anna", 1)!.Token;
        _log.ForceRelease("a");

        var held = _log.SignOfLife(1, first, second);

        Assert.False(held.AsSaid);
        Assert.Equal([second], held.Tokens);
        Assert.True(_log.SignOfLife(1, second).AsSaid);
        Assert.True(_log.SignOfLife(77).AsSaid);
        Assert.Empty(_log.SignOfLife(77, first).Tokens);
    }

    [Fact]
    public void A_lease_that_has_ended_is_not_brought_back_by_a_sign_of_life()
    {
        long token = _log.Acquire("lease", "anna", 1, timeToLive: 1000)!.Token;
        _log.Acquire("long", "anna", 1, timeToLive: 5000);
        _log.Time += 1100;

        Assert.DoesNotContain(token, _log.SignOfLife(1, token).Tokens);
        Assert.NotNull(_log.Acquire("lease", "ben", 2));
    }

    [Fact]
    public void The_same_owner_in_a_later_process_is_granted_the_lease_at_once_and_the_earlier_one_does_not_get_it_back()
    {
        long first = _log.Acquire("lease", "anna", process: 5)!.Token;

        long second = _log.Acquire("lease", "anna", process: 9)!.Token;

        Assert.True(second > first);
        Assert.Empty(_log.SignOfLife(5, first).Tokens);
        Assert.Null(_log.Acquire("lease", "anna", process: 5));
        Assert.False(_log.Release("lease", "anna", process: 5));
    }

    [Fact]
    public void Only_the_holder_releases_a_lease()
    {
        _log.Acquire("lease", "anna", 1);
        Assert.False(_log.Release("lease", "ben", 1));
        Assert.False(_log.Release("lease", "anna", 2));
        Assert.False(_log.Release("another", "anna", 1));
        Assert.True(_log.Release("lease", "anna", 1));
        Assert.Null(_log.Find("lease"));
    }

    [Fact]
    public void An_operator_takes_a_lease_away_but_not_that_of_a_later_holder()
    {
        long token = _log.Acquire("lease", "anna", 1)!.Token;
        Assert.Null(_log.ForceRelease("lease", token + 1));
        Assert.Equal(token, _log.ForceRelease("lease", token)!.Token);
        Assert.Null(_log.ForceRelease("lease"));
    }

    [Theory]
    [InlineData(3_600_000)]
    [InlineData(0)]
    public void A_change_of_leader_neither_shortens_a_lease_nor_gives_it_its_full_time_again(long jump)
    {
        _log.Acquire("another", "anna", 1);
        _log.Time += 1;
        _log.Acquire("lease", "anna", 1, timeToLive: 1000);
        _log.Time += 400;
        _log.Acquire("lease", "ben", 2);

        // Another leader, whose wall clock is another. Its first entry counts as a millisecond late.
        _log.Term++;
        _log.Time += jump;
        Assert.Equal(600, TimeLeft());
        _log.Time += 601;
        Assert.Equal(0, TimeLeft());
        _log.Time += 1;
        Assert.NotNull(_log.Acquire("lease", "ben", 2));
    }

    private long TimeLeft() => _log.Apply(LeaseLog.Acquiring("lease", "ben", 2, 1)).Refused.TimeLeft;

    [Fact]
    public void Each_process_gets_a_number_that_is_higher_than_those_before()
    {
        long first = _log.Apply(new Wire.Command { Register = new Wire.Register() }).Registered;
        Assert.True(_log.Apply(new Wire.Command { Register = new Wire.Register() }).Registered > first);
    }

    [Theory]
    [InlineData("", "anna", 1, 1000)]
    [InlineData("lease", "", 1, 1000)]
    [InlineData("lease", "anna", -1, 1000)]
    [InlineData("lease", "anna", 1, 0)]
    [InlineData("lease", "anna", 1, long.MaxValue)]
    public void What_makes_no_sense_is_answered_in_words(string name, string owner, long process, long timeToLive)
    {
        Assert.NotEmpty(_log.Apply(LeaseLog.Acquiring(name, owner, process, timeToLive)).Invalid);
        Assert.Empty(_log.Ask(new Wire.Query()).Leases_);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF })]
    public void What_is_no_command_is_answered_and_stops_nothing(byte[] bytes) =>
        Assert.NotEmpty(_log.Apply(bytes).Invalid);

    [Fact]
    public void A_command_of_a_later_version_stops_this_one_rather_than_being_ignored()
    {
        // Field 15, a message of no bytes.
        byte[] later = [(15 << 3) | 2, 0];
        Assert.Throws<NotSupportedException>(() => _log.Apply(later));
    }

    [Fact]
    public void Equal_states_have_equal_digests_and_other_states_have_others()
    {
        var digests = new List<ulong>();
        // Each step changes one part of the state, beside the clock where it says so.
        Action[] steps =
        [
            static () => { }, // An empty table.
            () => _log.Acquire("lease", "anna", 1, 1000), // A lease.
            () => _log.Acquire("lease", "anna", 1, 1000), // Its token.
            () => _log.Acquire("lease", "anna", 1, 1001), // Its time to live.
            () => _log.Acquire("lease", "anna", 2, 1001), // Its process.
            () => _log.Time += 10, // Nothing is applied yet.
            () => _log.SignOfLife(3), // The clock.
            () => _log.SignOfLife(2), // The last sign of a process.
            () => _log.Acquire("other", "anna", 2, 1001), // One lease more.
            () => _log.Release("other", "anna", 2), // One less.
            () => _log.ForceRelease("lease"), // None.
            () => _log.Acquire("lease", "ben", 2, 1001), // Its owner.
            () => _log.Term++, // Nothing is applied yet.
            () => _log.SignOfLife(3), // The term.
        ];
        foreach (var step in steps)
        {
            step();
            ulong digest = _log.Machine.Digest();
            digests.Add(digest);
            _log.Restore(_log.Image());
            Assert.Equal(digest, _log.Machine.Digest());
        }

        // Two steps have changed nothing, and one has led back.
        Assert.Equal(steps.Length - 3, digests.Distinct().Count());
    }

    [Fact]
    public void Every_bit_of_the_state_is_in_the_digest()
    {
        var clock = new LeaseClock(10, 2, 20);
        var lease = new HeldLease("lease", "anna", 1, 5, 1000, 7);
        HeldLease[] others =
        [
            lease with { Name = "leasf" }, lease with { Owner = "annb" }, lease with { Token = 6 },
            lease with { TimeToLive = 1001 }, lease with { GrantedAt = 8 },
        ];
        ulong[] digests =
        [
            Of(clock, 9, lease), .. others.Select(other => Of(clock, 9, other)), Of(clock, null, lease),
            Of(clock, 8, lease), Of(clock with { Now = 11 }, 9, lease), Of(clock with { Term = 3 }, 9, lease),
            Of(clock with { Time = 21 }, 9, lease), Of(clock, 9, lease with { Process = 2 }), Of(clock, 9),
        ];

        Assert.Equal(digests.Length, digests.Distinct().Count());
        Assert.Equal(Of(clock, 9, lease), Of(clock, 9, lease));
    }

    private static ulong Of(LeaseClock clock, long? lastSign, params HeldLease[] leases)
    {
        var head = new Wire.SnapshotHead
        {
            Form = 1, Processes = leases.Length, Leases = leases.Length,
            Clock = clock.Now, Term = clock.Term, Time = clock.Time,
        };
        using var image = new MemoryStream();
        head.WriteDelimitedTo(image);
        foreach (var lease in leases)
        {
            var process = new Wire.Process { Number = lease.Process };
            if (lastSign is { } sign)
                process.LastSign = sign;
            process.WriteDelimitedTo(image);
        }
        foreach (var lease in leases)
        {
            var wire = new Wire.Lease
            {
                Name = lease.Name, Owner = lease.Owner, Process = lease.Process, Token = lease.Token,
                TimeToLive = lease.TimeToLive, GrantedAt = lease.GrantedAt,
            };
            wire.WriteDelimitedTo(image);
        }
        image.Position = 0;
        var machine = new LeaseStateMachine();
        machine.Restore(image);
        return machine.Digest();
    }

    [Fact]
    public void A_snapshot_of_a_later_version_is_refused()
    {
        using var image = new MemoryStream();
        new Wire.SnapshotHead { Form = 2 }.WriteDelimitedTo(image);
        Assert.Throws<NotSupportedException>(() => _log.Restore(image.ToArray()));
    }

    [Fact]
    public void Leases_are_listed_in_the_order_of_their_names_and_in_parts()
    {
        foreach (string name in new[] { "shard-b", "shard-a", "other", new string('n', 1000) })
            _log.Acquire(name, "anna", 1);

        Assert.Equal(["shard-a", "shard-b"],
            _log.Ask(new Wire.Query { Prefix = "shard-" }).Leases_.Select(static lease => lease.Name));
        var part = _log.Ask(new Wire.Query { Limit = 3 });
        Assert.True(part.More);
        Assert.Equal("shard-b", Assert.Single(_log.Ask(new Wire.Query { After = part.Leases_[2].Name }).Leases_).Name);
    }

    [Fact]
    public void A_snapshot_is_what_was_captured_although_commands_follow()
    {
        _log.Acquire("lease", "anna", 1);
        var snapshot = _log.Machine.TakeSnapshot();
        _log.Release("lease", "anna", 1);

        _log.Restore([.. snapshot.SelectMany(static part => part.ToArray())]);

        Assert.Equal("anna", _log.Find("lease")!.Owner);
    }
}
