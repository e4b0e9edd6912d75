using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Pattern;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Akka.Persistence.Snapshot;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Tests.Hosting;

namespace RaftActors.Tests.AkkaNet;

/// <summary>
/// What happens on real Akka.NET with the settings of which SystemCheck warns. RemotingSpec has the settings of
/// remoting, and SqlOnSqliteSpec those of Akka.Persistence.Sql on SQLite.
/// </summary>
public sealed class CheckedSettingsSpec : IAsyncLifetime
{
    private const string InMemorySnapshots =
        "akka.persistence.snapshot-store.plugin = \"akka.persistence.snapshot-store.inmem\"\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("raft-settings-").FullName;
    private readonly List<ActorSystem> _systems = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_systems.Select(static system => system.Terminate()));
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task On_the_journal_in_memory_a_peer_that_starts_again_has_lost_its_store_and_what_it_acknowledged()
    {
        var before = await ProposeAndReportAsync(3);
        var after = await ProposeAndReportAsync(1);

        Assert.True(after.CommitIndex < before.CommitIndex);
        Assert.NotEqual(before.StoreId, after.StoreId);
        Assert.NotEqual(before.GroupId, after.GroupId);
    }

    [Fact]
    public async Task The_snapshot_store_in_memory_has_no_snapshot_when_its_process_starts_again()
    {
        const string Plugin = "akka.persistence.snapshot-store.inmem";
        var first = Start();
        await SaveAsync(first, Plugin, 1);
        Assert.Equal(1, (await LoadAsync(first, Plugin))?.Metadata.SequenceNr);
        await first.Terminate();

        Assert.Null(await LoadAsync(Start(), Plugin));
    }

    // A power cut leaves a part of a file that was not flushed.
    [Fact]
    public async Task The_local_snapshot_store_gives_an_older_snapshot_without_a_word_when_the_latest_is_cut_off()
    {
        const string Plugin = "akka.persistence.snapshot-store.local";
        var system = Start($"{Plugin}.dir = \"{_folder}\"");
        await SaveAsync(system, Plugin, 1);
        await SaveAsync(system, Plugin, 2);
        string latest = Assert.Single(Directory.GetFiles(_folder), static file =>
            Path.GetFileName(file).StartsWith("snapshot-actor-2-", StringComparison.Ordinal));
        using (var file = File.OpenWrite(latest))
            file.SetLength(file.Length / 2);

        Assert.Equal(1, (await LoadAsync(system, Plugin))?.Metadata.SequenceNr);
    }

    [Fact]
    public async Task Without_a_snapshot_store_no_snapshot_can_be_saved()
    {
        var system = Start("akka.persistence.snapshot-store.plugin = \"\"");
        var store = Akka.Persistence.Persistence.Instance.Apply(system).SnapshotStoreFor("");

        var answer = await store.Ask<object>(Saving(1), Patience);

        var failure = Assert.IsType<SaveSnapshotFailure>(answer);
        Assert.Equal("NoSnapshotStoreException", failure.Cause.GetType().Name);
    }

    [Theory]
    [InlineData("on", "replayed 3", "recovered")]
    [InlineData("off", "recovery failed: The snapshot is damaged.", "stopped")]
    public async Task With_an_optional_snapshot_a_state_is_recovered_that_never_existed(
        string optional, params string[] expected)
    {
        var system = Start($$"""
            akka.persistence.snapshot-store.plugin = damaged
            damaged { class = "{{NameOf<DamagedStore>()}}", snapshot-is-optional = {{optional}} }
            """);
        var journal = Akka.Persistence.Persistence.Instance.Apply(system).JournalFor(null);
        // The snapshot stands for the events 1 and 2, and they are deleted.
        var (writer, written) = StartActor(system, new Recovery(SnapshotSelectionCriteria.None));
        writer.Tell(new Action<Recording>(static self => self.PersistAll(["1", "2", "3"], self.Handled)));
        await written.ExpectAsync("recovered", "handled 1", "handled 2", "handled 3");
        await writer.GracefulStop(Patience);
        var deleted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        journal.Tell(new DeleteMessagesTo("actor", 2, system.ActorOf(Act.Props((_, _) => deleted.TrySetResult()))));
        await deleted.Task.WaitAsync(Patience);

        var (_, recovered) = StartActor(system);

        await recovered.ExpectAsync(expected);
    }

    [Fact]
    public async Task An_open_circuit_breaker_refuses_the_start_of_every_actor_although_the_journal_works_again()
    {
        var system = Start($$"""
            akka.persistence.journal.plugin = ill
            ill { class = "{{NameOf<IllJournal>()}}", circuit-breaker { max-failures = 1, reset-timeout = 1 h } }
            """);
        var (actor, notes) = StartActor(system);
        await notes.ExpectAsync("recovered");
        actor.Tell(new Action<Recording>(static self => self.Persist("ill", self.Handled)));
        await notes.ExpectAsync("failed: The disk is full.", "stopped");

        var (_, again) = StartActor(system);

        Assert.StartsWith($"recovery failed: {nameof(OpenCircuitException)}", await again.NextAsync());
    }

    [Fact]
    public async Task A_command_in_JSON_is_read_back_with_another_type()
    {
        var peer = await StartPeerAsync("raft.allow-json-commands = on");

        var answer = await peer.Ask<object>(new Propose(new Order("pen", (short)3)), Patience);

        Assert.Equal(3L, Assert.IsType<Order>(Assert.IsType<Proposed>(answer).Response).Count);
    }

    // A version of Hyperion's format has the name of the type, whose next version has another first property.
    [Fact]
    public async Task A_command_that_Hyperion_wrote_is_misread_when_its_type_has_changed()
    {
        string Name(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
        var peer = await StartPeerAsync($$"""
            akka.actor.serializers.hyperion = "Akka.Serialization.HyperionSerializer, Akka.Serialization.Hyperion"
            akka.actor.serialization-bindings { "System.Object" = hyperion }
            raft.hyperion-types = [ "{{Name(typeof(Account1))}}", "{{Name(typeof(Account2))}}" ]
            """);
        var serializer = _systems[^1].Serialization.FindSerializerForType(typeof(Account1));
        byte[] written = serializer.ToBinary(new Account1 { Balance = 100, Fee = 2, Limit = 500 });
        string text = Encoding.Latin1.GetString(written).Replace(nameof(Account1), nameof(Account2));
        byte[] log = Encoding.Latin1.GetBytes(text);

        var command = new Payload(log, serializer.Identifier, Name(typeof(Account2)));
        var answer = Assert.IsType<Proposed>(await peer.Ask<object>(new Propose(command), Patience));

        var read = Assert.IsType<Account2>(answer.Response);
        Assert.Equal((100, 2), (read.Balance, read.Limit));
    }

    private static string NameOf<T>() => $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";

    private static SaveSnapshot Saving(long sequenceNr) =>
        new(new SnapshotMetadata("actor", sequenceNr, DateTime.UnixEpoch.AddSeconds(sequenceNr)), "state");

    private static async Task SaveAsync(ActorSystem system, string plugin, long sequenceNr)
    {
        var store = Akka.Persistence.Persistence.Instance.Apply(system).SnapshotStoreFor(plugin);
        Assert.IsType<SaveSnapshotSuccess>(await store.Ask<object>(Saving(sequenceNr), Patience));
    }

    private static async Task<SelectedSnapshot?> LoadAsync(ActorSystem system, string plugin)
    {
        var store = Akka.Persistence.Persistence.Instance.Apply(system).SnapshotStoreFor(plugin);
        var load = new LoadSnapshot("actor", SnapshotSelectionCriteria.Latest, long.MaxValue);
        return Assert.IsType<LoadSnapshotResult>(await store.Ask<object>(load, Patience)).Snapshot;
    }

    private async Task<RaftStatus> ProposeAndReportAsync(int commands)
    {
        var peer = await StartPeerAsync("");
        for (int i = 0; i < commands; i++)
            Assert.IsType<Proposed>(await peer.Ask<object>(new Propose(new[] { (byte)i }), Patience));
        var status = await peer.Ask<RaftStatus>(GetStatus.Instance, Patience);
        await _systems[^1].Terminate();
        return status;
    }

    private Task<IActorRef> StartPeerAsync(string config)
    {
        var settings = new RaftSettings
        {
            Group = "group",
            MemberId = "a",
            Members = [new Member("a", "127.0.0.1:1")],
            AllowVolatile = true,
            LeaderWait = Patience,
        };
        return Raft.Get(Start(config)).StartAsync(settings, static () => new EchoMachine());
    }

    private ActorSystem Start(string config = "")
    {
        var system = ActorSystem.Create("settings", ConfigurationFactory.ParseString(
            $"{InMemorySnapshots}akka.loglevel = OFF, akka.stdout-loglevel = OFF\n{config}"));
        _systems.Add(system);
        return system;
    }

    private static (IActorRef Actor, Notes Notes) StartActor(ActorSystem system, Recovery? recovery = null)
    {
        var notes = new Notes();
        return (system.ActorOf(Props.Create(() => new Recording(notes, recovery))), notes);
    }

    public sealed record Order(string Article, object Count);

    public sealed class Account1
    {
        public int Balance { get; set; }

        public int Fee { get; set; }

        public int Limit { get; set; }
    }

    public sealed class Account2
    {
        public int Balance { get; set; }

        public int Limit { get; set; }
    }

    /// <summary>A snapshot store whose snapshots cannot be loaded.</summary>
    internal sealed class DamagedStore : MemorySnapshotStore
    {
        protected override Task<SelectedSnapshot> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria,
            CancellationToken cancellationToken) => criteria == SnapshotSelectionCriteria.None
                ? base.LoadAsync(persistenceId, criteria, cancellationToken)
                : Task.FromException<SelectedSnapshot>(new IOException("The snapshot is damaged."));
    }

    /// <summary>A journal that cannot write the event "ill".</summary>
    internal sealed class IllJournal : MemoryJournal
    {
        protected override Task<IImmutableList<Exception>> WriteMessagesAsync(
            IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
        {
            var writes = messages.ToList();
            return writes.Exists(static write => write.Payload is IImmutableList<IPersistentRepresentation> events
                    && events.Any(static one => one.Payload is "ill"))
                ? Task.FromException<IImmutableList<Exception>>(new IOException("The disk is full."))
                : base.WriteMessagesAsync(writes, cancellationToken);
        }
    }

    /// <summary>What a persistent actor did, in order.</summary>
    private sealed class Notes
    {
        private readonly BlockingCollection<string> _notes = [];

        public void Add(string note) => _notes.Add(note);

        public Task<string> NextAsync() => Task.Run(() =>
        {
            Assert.True(_notes.TryTake(out string? note, Patience), "The actor did nothing more.");
            return note;
        });

        public async Task ExpectAsync(params string[] notes)
        {
            foreach (string note in notes)
                Assert.Equal(note, await NextAsync());
        }
    }

    private sealed class Recording(Notes notes, Recovery? recovery) : UntypedPersistentActor
    {
        public override string PersistenceId => "actor";

        public override Recovery Recovery => recovery ?? Recovery.Default;

        public void Handled(string @event) => notes.Add($"handled {@event}");

        protected override void OnCommand(object message) => ((Action<Recording>)message)(this);

        protected override void OnRecover(object message) =>
            notes.Add(message is RecoveryCompleted ? "recovered" : $"replayed {message}");

        protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
            notes.Add($"failed: {cause.Message}");

        protected override void OnRecoveryFailure(Exception reason, object? message = null) => notes.Add(
            $"recovery failed: {(reason is OpenCircuitException ? reason.GetType().Name : reason.Message)}");

        protected override void PostStop() => notes.Add("stopped");
    }
}
