using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using RaftActors.Log;
using RaftActors.Sessions;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Tests.Sessions;

/// <summary>The table against the plainest model there is, over random entries.</summary>
public sealed class SessionTablePropertiesSpec
{
    private static readonly SessionLimits Limits =
        new(Timeout: 50, MaxSessions: 3, MaxResponses: 3, MaxResponseBytes: 40);

    private static Gen<Step[]> Steps =>
        (from kind in Gen.Frequency((2, Gen.Constant(StepKind.Open)), (8, Gen.Constant(StepKind.Command)),
            (1, Gen.Constant(StepKind.KeepAlive)), (1, Gen.Constant(StepKind.Close)), (1, Gen.Constant(StepKind.NoOp)))
         from session in Gen.Choose(0, 4)
         from sequence in Gen.Choose(1, 6)
         from awaited in Gen.Choose(0, 3)
         from time in Gen.Choose(0, 25)
         from bytes in Gen.Choose(0, 25)
         select new Step(kind, session, sequence, Math.Max(1, sequence - awaited), time, bytes)).ArrayOf();

    [Fact]
    public void The_table_does_what_the_model_does() => Prop.ForAll(Steps.ToArbitrary(), steps =>
    {
        var table = new SessionTable();
        var model = new Model();
        long index = 0, time = 0;
        foreach (var step in steps)
        {
            time += step.Time;
            index++;
            Assert.Equal(model.Do(step, index, time), Do(table, step, index, time, model.IdOf(step.Session)));
            Assert.Equal(model.Sessions.Count, table.Count);
            Assert.Equal(model.Bytes, table.ResponseBytes);
            Assert.InRange(table.ResponseBytes, 0, Limits.MaxResponseBytes);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_replica_that_starts_from_a_snapshot_goes_on_as_the_others() =>
        Prop.ForAll(Steps.ToArbitrary(), Steps.ToArbitrary(), (before, after) =>
    {
        var table = new SessionTable();
        var ids = new Model();
        long index = 0, time = 0;
        void Run(SessionTable of, Step step, bool first)
        {
            if (first)
                ids.Do(step, ++index, time += step.Time);
            Do(of, step, index, time, ids.IdOf(step.Session));
        }
        foreach (var step in before)
            Run(table, step, first: true);

        var copy = SessionTable.FromWire(Wire.SessionTable.Parser.ParseFrom(table.ToWire().ToByteArray()));
        Assert.Equal(table.Digest(), copy.Digest());
        foreach (var step in after)
        {
            Run(table, step, first: true);
            Run(copy, step, first: false);
            Assert.Equal(table.Digest(), copy.Digest());
        }

        Assert.Equal(table.ToWire().ToByteArray(), copy.ToWire().ToByteArray());
        Assert.Equal(table.ResponseBytes, copy.ResponseBytes);
    }).QuickCheckThrowOnFailure();

    private static Admission? Do(SessionTable table, Step step, long index, long time, long id)
    {
        var stamp = new SessionStamp(id, step.Sequence, step.LowestPending);
        table.Advance(new LogEntry(index, 1, step.Kind == StepKind.NoOp ? EntryKind.NoOp : EntryKind.Command, time,
            Payload.Empty));
        switch (step.Kind)
        {
            case StepKind.Open:
                return table.Open(index, Limits) ? Admission.Apply : null;
            case StepKind.KeepAlive:
                return table.KeepAlive(stamp) ? Admission.Apply : Admission.Expired;
            case StepKind.Close:
                return table.Close(id) ? Admission.Apply : Admission.Expired;
            case StepKind.Command:
                var admission = table.Admit(stamp, out _);
                if (admission == Admission.Apply)
                    table.Remember(stamp,
                        new SessionResponse(index, 1,
                        step.Bytes > 0 ? new Payload(new byte[step.Bytes], 0, "") : null));
                return admission;
            default:
                return null;
        }
    }

    private enum StepKind
    {
        Open,
        Command,
        KeepAlive,
        Close,
        NoOp,
    }

    /// <param name="Kind">What the entry is.</param>
    /// <param name="Session">The how manieth session, of all that were ever opened.</param>
    /// <param name="Sequence">The command's number.</param>
    /// <param name="LowestPending">What its client still awaits.</param>
    /// <param name="Time">Milliseconds since the entry before.</param>
    /// <param name="Bytes">The bytes of the response.</param>
    private sealed record Step(StepKind Kind, int Session, int Sequence, int LowestPending, int Time, int Bytes);

    private sealed class Model
    {
        private readonly List<long> _opened = [];

        public Dictionary<long, ModelSession> Sessions { get; } = [];

        public long Bytes =>
            Sessions.Values.Sum(session => session.Responses.Values.Sum(response => (long)response.Bytes));

        public long IdOf(int session) => _opened.Count == 0 ? 999_999 : _opened[session * _opened.Count / 5];

        public Admission? Do(Step step, long index, long time)
        {
            long id = IdOf(step.Session);
            if (step.Kind == StepKind.NoOp)
                foreach (var each in Sessions.Values)
                    each.LastActive = time;
            foreach (var (expired, _) in Sessions.Where(each => time - each.Value.LastActive > Limits.Timeout).ToList())
                Sessions.Remove(expired);
            if (step.Kind == StepKind.Open)
            {
                if (Sessions.Count >= Limits.MaxSessions)
                    return null;
                Sessions.Add(index, new ModelSession { LastActive = time });
                _opened.Add(index);
                return Admission.Apply;
            }
            if (step.Kind == StepKind.NoOp)
                return null;
            if (!Sessions.TryGetValue(id, out var session))
                return Admission.Expired;
            if (step.Kind == StepKind.Close)
                return Sessions.Remove(id) ? Admission.Apply : Admission.Expired;
            session.LastActive = time;
            session.Lowest = Math.Max(session.Lowest, step.LowestPending);
            foreach (int sequence in session.Responses.Keys.Where(sequence => sequence < session.Lowest).ToList())
                session.Responses.Remove(sequence);
            return step.Kind == StepKind.KeepAlive ? Admission.Apply : Command(step, session, index);
        }

        private Admission Command(Step step, ModelSession session, long index)
        {
            if (session.Responses.TryGetValue(step.Sequence, out var earlier))
                return earlier.Forgotten ? Admission.Forgotten : Admission.Duplicate;
            if (step.Sequence < session.Lowest)
                return Admission.Forgotten;
            if (session.Responses.Count >= Limits.MaxResponses)
                return Admission.TooMany;
            session.Responses.Add(step.Sequence, new ModelResponse { Index = index, Bytes = step.Bytes });
            while (Bytes > Limits.MaxResponseBytes)
            {
                var oldest = Sessions.Values.SelectMany(each => each.Responses.Values)
                    .Where(response => response.Bytes > 0).MinBy(response => response.Index)!;
                oldest.Bytes = 0;
                oldest.Forgotten = true;
            }
            return Admission.Apply;
        }
    }

    private sealed class ModelSession
    {
        public long LastActive { get; set; }

        public long Lowest { get; set; }

        public Dictionary<int, ModelResponse> Responses { get; } = [];
    }

    private sealed class ModelResponse
    {
        public long Index { get; init; }

        public int Bytes { get; set; }

        public bool Forgotten { get; set; }
    }
}
