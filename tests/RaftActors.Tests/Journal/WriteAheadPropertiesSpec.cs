using FsCheck;
using FsCheck.Fluent;
using RaftActors.Journal;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.Snapshots;
using Replay = RaftActors.Journal.Replay;

namespace RaftActors.Tests.Journal;

/// <summary>
/// What is written ahead, under any order of changes, writes, truncations, snapshots of a leader and crashes: after
/// each of these a peer that started from the disk would have all that was said and all that counts as durable.
/// </summary>
public sealed class WriteAheadPropertiesSpec
{
    private static Gen<Step[]> Steps =>
        (from kind in Gen.Frequency(
            Often(2, StepKind.EnterTerm), Often(2, StepKind.Vote), Often(1, StepKind.Differ),
            Often(1, StepKind.LearnOfStore), Often(4, StepKind.AppendOwn), Often(4, StepKind.Receive),
            Often(4, StepKind.Say), Often(6, StepKind.BeginWrite), Often(6, StepKind.EndWrite),
            Often(1, StepKind.BeginInstall), Often(2, StepKind.SaveManifest), Often(1, StepKind.Crash))
         from amount in Gen.Choose(0, 9)
         select new Step(kind, amount)).ArrayOf(120);

    [Fact]
    public void Nothing_is_said_and_no_entry_counts_before_the_disk_has_it() =>
        Prop.ForAll(Steps.ToArbitrary(), steps =>
        {
            var peer = new Peer();
            foreach (var step in steps)
            {
                peer.Do(step);
                peer.Check();
            }
        }).QuickCheckThrowOnFailure();

    private static (int Weight, Gen<StepKind> Kind) Often(int weight, StepKind kind) => (weight, Gen.Constant(kind));

    private enum StepKind
    {
        EnterTerm, Vote, Differ, LearnOfStore, AppendOwn, Receive, Say, BeginWrite, EndWrite, BeginInstall,
        SaveManifest, Crash,
    }

    private sealed record Step(StepKind Kind, int Amount);

    /// <summary>What a message shows.</summary>
    private sealed record Shown(HardState HardState, long StoresVersion);

    /// <summary>A peer and its disk.</summary>
    private sealed class Peer
    {
        private const string Id = "raft-g-a";

        private static readonly RaftSettings Settings = new()
        {
            Group = "g", MemberId = "a", Members = [new Member("a", "host:1")], MaxBatchEntries = 2,
        };

        private readonly Disk _disk = new();
        private readonly Dictionary<object, Shown> _shows = new(ReferenceEqualityComparer.Instance);
        private RaftLog _log = new();
        private Stores _stores = new();
        private WriteAhead _ahead;
        private Snapshot? _installing;
        private bool _isManifestSaved;

        public Peer()
        {
            _ahead = new WriteAhead(Settings, _log, new ConfigurationHistory(Configuration.None), _stores);
            _disk.Add(new PeerCreated(PeerCreated.CurrentFormat, "g", "a", "store"));
        }

        private long Term => _ahead.HardState.Term;

        public void Do(Step step)
        {
            switch (step.Kind)
            {
                case StepKind.EnterTerm:
                    _ahead.EnterTerm(Term + 1 + (step.Amount / 5));
                    break;
                case StepKind.Vote when Term > 0 && _ahead.HardState.VotedFor is null:
                    _ahead.Vote($"member-{step.Amount}", $"store-{step.Amount}");
                    break;
                case StepKind.Differ:
                    _ahead.FindDifference(_ahead.HardState.DiffersAt + step.Amount);
                    break;
                case StepKind.LearnOfStore:
                    _stores.Version++;
                    break;
                case StepKind.AppendOwn:
                    for (int i = 0; i < step.Amount; i++)
                        _ahead.Append(Log.Logs.Entry(_log.LastIndex + 1, Term));
                    break;
                case StepKind.Receive:
                    Receive(step.Amount);
                    break;
                case StepKind.Say:
                    Say();
                    break;
                case StepKind.BeginWrite:
                    _disk.InFlight ??= _ahead.BeginWrite(TimeSpan.Zero, _installing is not null, Installed());
                    break;
                case StepKind.EndWrite when _disk.InFlight is { } written:
                    EndWrite(written);
                    break;
                // It came in answer to messages, which show a term that is durable.
                case StepKind.BeginInstall when _installing is null && _ahead.IsDurable:
                    // Far beyond the log, which never gets that far by itself meanwhile.
                    long beyond = _log.LastIndex + 1_000;
                    var content = new SnapshotContent(1, 1, "");
                    _installing = new Snapshot(beyond, Term, 1_000, Configuration.None, 1, content);
                    break;
                case StepKind.SaveManifest when _installing is not null && _ahead.WritingSince is null:
                    SaveManifest();
                    break;
                case StepKind.Crash:
                    Restart(step.Amount % 2 == 0);
                    break;
            }
            while (_ahead.TryRelease(out var held))
                Said(held.Message);
        }

        /// <summary>Whether the write under way is on the disk already, nobody knows before it is said.</summary>
        public void Check()
        {
            Check(_disk.Read(withInFlight: false));
            Check(_disk.Read(withInFlight: true));
        }

        private void Check(Replay replay)
        {
            long first = Math.Max(_log.FirstIndex, replay.Log.FirstIndex);
            for (long index = first; index <= _ahead.PersistedIndex; index++)
                Assert.Same(_log[index], replay.Log[index]);
            CheckShown(new Shown(_ahead.DurableHardState, 0), replay);
        }

        private void Receive(int amount)
        {
            long after = Math.Max(_log.CommitIndex, _log.LastIndex - (amount / 3));
            // No log has a term behind a later one.
            if (_log.TermAt(after) > Term)
                return;
            if (after < _log.LastIndex)
                Assert.True(_ahead.TruncateAfter(after));
            var entries = Enumerable.Range(1, 1 + (amount % 3)).Select(at => Log.Logs.Entry(after + at, Term));
            _ahead.Append(new EntryBatch([.. entries]));
        }

        private void Say()
        {
            var message = new TimeoutNow(new PeerHeader("host:1", "g", "a", "store", Term, ""));
            _shows[message] = new Shown(_ahead.HardState, _stores.Version);
            if (_ahead.Admit("host:2", message))
                Said(message);
        }

        private void Said(object message) => CheckShown(_shows[message], _disk.Read(withInFlight: false));

        private static void CheckShown(Shown shown, Replay replay)
        {
            var (durable, said) = (replay.HardState, shown.HardState);
            bool hasVote = said.VotedFor is null
                || (said.VotedFor, said.VotedForStore) == (durable.VotedFor, durable.VotedForStore);
            Assert.True(durable.Term > said.Term || (durable.Term == said.Term && hasVote));
            Assert.True(durable.DiffersAt >= said.DiffersAt);
            Assert.True(Stores.VersionIn(replay.Stores) >= shown.StoresVersion);
        }

        private void SaveManifest()
        {
            if (_isManifestSaved)
                return;
            _isManifestSaved = true;
            _disk.Save(new SnapshotManifest("g", "a", "store", _ahead.DurableHardState, _installing!, 0, null)
            {
                Stores = _stores.Records(),
            });
        }

        private SnapshotInstalled? Installed() => _isManifestSaved
            ? new SnapshotInstalled(_installing!.LastIncludedIndex, _installing.LastIncludedTerm)
            : null;

        private void EndWrite(IRaftMessage written)
        {
            _disk.InFlight = null;
            _disk.Add(written);
            _ahead.Written(written, _disk.LastEvent);
            if (written is not SnapshotInstalled)
                return;
            _ahead.ReplaceLog(_installing!);
            (_installing, _isManifestSaved) = (null, false);
        }

        private void Restart(bool withInFlight)
        {
            if (withInFlight && _disk.InFlight is { } written)
                _disk.Add(written);
            _disk.InFlight = null;
            var replay = _disk.Read(withInFlight: false);
            _log = replay.Log;
            _stores = new Stores(Stores.VersionIn(replay.Stores));
            _ahead = new WriteAhead(Settings, _log, replay.Configurations, _stores);
            _ahead.Recovered(replay.HardState);
            (_installing, _isManifestSaved) = (null, false);
            _shows.Clear();
        }

        /// <summary>A journal, and the latest manifest of a snapshot.</summary>
        private sealed class Disk
        {
            private readonly List<IRaftMessage> _events = [];
            private (long SequenceNr, SnapshotManifest Manifest)? _snapshot;

            public IRaftMessage? InFlight { get; set; }

            public long LastEvent => _events.Count;

            public void Add(IRaftMessage @event) => _events.Add(@event);

            public void Save(SnapshotManifest manifest) => _snapshot = (LastEvent, manifest);

            public Replay Read(bool withInFlight)
            {
                var replay = new Replay(Id);
                if (_snapshot is { } start)
                    replay.StartFrom(start.SequenceNr, start.Manifest);
                while (replay.LastEvent < LastEvent)
                    replay.Apply(replay.LastEvent + 1, _events[(int)replay.LastEvent]);
                if (withInFlight && InFlight is { } last)
                    replay.Apply(LastEvent + 1, last);
                return replay;
            }
        }

        private sealed class Stores(long durable = 0) : IAlsoDurable
        {
            private long _taken;
            private long _durable = durable;

            public long Version { get; set; } = durable;

            public bool IsDurable => _durable == Version;

            public static long VersionIn(IEnumerable<StoreRecord> records) =>
                records.Select(static record => record.Incarnation).DefaultIfEmpty().Max();

            public IReadOnlyList<StoreRecord> Records() => [new StoreRecord("b", Version)];

            public IReadOnlyList<StoreRecord>? Take()
            {
                _taken = Version;
                return IsDurable ? null : Records();
            }

            public void Written() => _durable = _taken;
        }
    }
}
