using Google.Protobuf;
using RaftActors.Log;
using RaftActors.Sessions;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Tests.Sessions;

public sealed class SessionTableSpec
{
    private static readonly SessionLimits Limits =
        new(Timeout: 1000, MaxSessions: 3, MaxResponses: 4, MaxResponseBytes: 100);

    private readonly SessionTable _table = new();

    [Fact]
    public void A_command_is_applied_once_and_its_retry_gets_the_first_response()
    {
        Open(1);

        Assert.Equal(Admission.Apply, Admit(1, 1));
        Remember(1, 1, index: 7, bytes: 3);

        Assert.Equal(Admission.Duplicate, _table.Admit(Stamp(1, 1), out var earlier));
        Assert.Equal(7, earlier!.Index);
        Assert.Equal(3, earlier.Response!.Value.Bytes.Length);
    }

    [Fact]
    public void A_table_that_knows_another_session_or_command_has_another_digest()
    {
        var digests = new List<ulong> { _table.Digest() };
        Open(1);
        digests.Add(_table.Digest());
        Admit(1, 1);
        Remember(1, 1, index: 7, bytes: 3);
        digests.Add(_table.Digest());
        Open(2);
        digests.Add(_table.Digest());
        _table.Clear();

        Assert.Equal(4, digests.Distinct().Count());
        Assert.Equal(digests[0], _table.Digest());
    }

    // The terms of a restored or recovered group leap, its indexes do not.
    [Fact]
    public void A_session_has_not_the_id_of_one_in_a_lost_part_of_the_log()
    {
        long[] terms = [1, 2, 3 + (1 << 20), 4 + (5 << 20)], indexes = [1, 2, 1000, 1L << 31];

        var ids = (from term in terms from index in indexes select SessionTable.IdOf(
            new LogEntry(index, term, EntryKind.Session, 0, Payload.Empty))).ToList();

        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.InRange(id, 1, (1L << 53) - 1));
    }

    [Fact]
    public void A_session_that_was_never_opened_or_was_closed_is_not_known()
    {
        Assert.Equal(Admission.Expired, Admit(1, 1));
        Open(1);
        Assert.True(_table.Close(1));

        Assert.False(_table.Close(1));
        Assert.Equal(Admission.Expired, Admit(1, 1));
        Assert.False(_table.KeepAlive(Stamp(1, 0)));
    }

    [Fact]
    public void A_session_expires_when_it_was_silent_for_longer_than_its_timeout()
    {
        Advance(5000);
        Open(1);
        Open(2);
        Advance(6000);
        Assert.Equal(2, _table.Count);
        Admit(2, 1);

        Advance(6001);

        Assert.Equal(Admission.Expired, Admit(1, 1));
        Assert.Equal(Admission.Apply, Admit(2, 2));
        Advance(7001);
        Assert.Equal(1, _table.Count);
        Advance(7002);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void A_sign_of_life_keeps_a_session_and_acknowledges_responses()
    {
        Open(1);
        Apply(1, 1, bytes: 10);
        Advance(900);
        Assert.True(_table.KeepAlive(Stamp(1, 0, lowestPending: 2)));

        Advance(1800);

        Assert.Equal(0, _table.ResponseBytes);
        Assert.Equal(Admission.Forgotten, Admit(1, 1, lowestPending: 2));
        Assert.Equal(Admission.Apply, Admit(1, 2, lowestPending: 2));
    }

    [Fact]
    public void A_new_leader_gives_every_session_its_full_time_again()
    {
        Open(1);

        Advance(600_000, EntryKind.NoOp);

        Assert.Equal(1, _table.Count);
        Advance(601_001);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void No_more_sessions_are_opened_than_the_limit_allows()
    {
        Open(1);
        Open(2);
        Open(3);

        Assert.False(_table.Open(4, Limits));

        _table.Close(2);
        Assert.True(_table.Open(5, Limits));
    }

    [Fact]
    public void A_command_beyond_the_responses_that_wait_is_refused_until_some_are_acknowledged()
    {
        Open(1);
        for (int sequence = 1; sequence <= 4; sequence++)
            Apply(1, sequence, bytes: 0);

        Assert.Equal(Admission.TooMany, Admit(1, 5));
        Assert.Equal(Admission.Duplicate, Admit(1, 4));

        Assert.Equal(Admission.Apply, Admit(1, 5, lowestPending: 2));
    }

    [Fact]
    public void Beyond_the_limit_of_bytes_the_oldest_responses_are_forgotten_but_their_commands_are_not_applied_again()
    {
        Open(1);
        Open(2);
        Apply(1, 1, bytes: 40);
        Apply(2, 1, bytes: 40);
        Apply(1, 2, bytes: 40);

        Assert.Equal(80, _table.ResponseBytes);
        Assert.Equal(Admission.Forgotten, Admit(1, 1));
        Assert.Equal(Admission.Duplicate, Admit(2, 1));
        Assert.Equal(Admission.Duplicate, Admit(1, 2));
    }

    [Fact]
    public void Commands_in_flight_together_may_be_applied_in_any_order()
    {
        Open(1);
        Apply(1, 3, bytes: 1);

        Assert.Equal(Admission.Apply, Admit(1, 1));
        Assert.Equal(Admission.Duplicate, Admit(1, 3));
    }

    [Fact]
    public void Log_time_never_goes_back()
    {
        Advance(5000);
        Open(1);

        Advance(10);

        Assert.Equal(5000, _table.Time);
    }

    [Fact]
    public void A_table_without_a_snapshot_is_empty() => Assert.Equal(0, SessionTable.FromWire(null).Count);

    [Fact]
    public void Equal_tables_give_equal_bytes()
    {
        Open(2);
        Open(1);
        Apply(2, 2, bytes: 5);
        Apply(2, 1, bytes: 0);

        byte[] bytes = _table.ToWire().ToByteArray();

        Assert.Equal(bytes, SessionTable.FromWire(Wire.SessionTable.Parser.ParseFrom(bytes)).ToWire().ToByteArray());
    }

    private static SessionStamp Stamp(long session, long sequence, long lowestPending = 1) =>
        new(session, sequence, lowestPending);

    private void Open(long id) => Assert.True(_table.Open(id, Limits));

    private Admission Admit(long session, long sequence, long lowestPending = 1) =>
        _table.Admit(Stamp(session, sequence, lowestPending), out _);

    private void Apply(long session, long sequence, int bytes)
    {
        Assert.Equal(Admission.Apply, Admit(session, sequence));
        Remember(session, sequence, 10 * sequence, bytes);
    }

    private void Remember(long session, long sequence, long index, int bytes) =>
        _table.Remember(Stamp(session, sequence),
            new SessionResponse(index, 1, bytes > 0 ? new Payload(new byte[bytes], 0, "") : null));

    private void Advance(long time, EntryKind kind = EntryKind.Tick) =>
        _table.Advance(new LogEntry(1, 1, kind, time, Payload.Empty));
}
