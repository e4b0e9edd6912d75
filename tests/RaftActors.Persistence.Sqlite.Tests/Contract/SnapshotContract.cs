using Akka.Persistence;

namespace RaftActors.Persistence.Sqlite.Tests.Contract;

/// <summary>
/// What Akka.Persistence documents of a snapshot store plugin. It runs on the plugin of this repository, and on
/// Akka.Persistence.Sql as a proof that it is the documented contract.
/// </summary>
public abstract class SnapshotContract : PluginSpec
{
    private static readonly DateTime Day = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly Plugin _plugin;
    private JournalClient _client;

    protected SnapshotContract(Plugin plugin)
    {
        _plugin = plugin;
        _client = new JournalClient(Start(plugin));
    }

    private protected JournalClient Client => _client;

    [Fact]
    public void There_is_no_snapshot_before_one_is_saved()
    {
        SaveFive("b");
        Assert.Null(_client.Load("a"));
    }

    [Fact]
    public void The_latest_snapshot_is_loaded()
    {
        SaveFive("a");
        var loaded = _client.Load("a")!;
        Assert.Equal("snapshot 50", loaded.Snapshot);
        Assert.Equal(("a", 50, Day.AddDays(5)), (
            loaded.Metadata.PersistenceId, loaded.Metadata.SequenceNr, loaded.Metadata.Timestamp));
    }

    [Fact]
    public void No_snapshot_is_loaded_for_criteria_that_nothing_meets()
    {
        SaveFive("a");
        Assert.Null(_client.Load("a", SnapshotSelectionCriteria.None));
        Assert.Null(_client.Load("a", new SnapshotSelectionCriteria(9)));
        Assert.Null(_client.Load("a", new SnapshotSelectionCriteria(long.MaxValue, Day)));
    }

    [Theory]
    [InlineData(30, 100, 100, 30)]
    [InlineData(39, 100, 100, 30)]
    [InlineData(100, 2, 100, 20)]
    [InlineData(40, 3, 100, 30)]
    [InlineData(20, 4, 100, 20)]
    [InlineData(100, 100, 25, 20)]
    [InlineData(40, 100, 25, 20)]
    public void A_snapshot_is_selected_by_number_and_time(long maxSequenceNr, int maxDay, long to, long expected)
    {
        SaveFive("a");
        var criteria = new SnapshotSelectionCriteria(maxSequenceNr, Day.AddDays(maxDay));
        Assert.Equal(expected, _client.Load("a", criteria, to)!.Metadata.SequenceNr);
    }

    [Fact]
    public void A_snapshot_takes_the_place_of_one_with_the_same_number()
    {
        SaveFive("a");
        _client.Save("a", 50, "another", Day.AddDays(6));
        var loaded = _client.Load("a")!;
        Assert.Equal(("another", Day.AddDays(6)), (loaded.Snapshot, loaded.Metadata.Timestamp));
    }

    [Fact]
    public void A_snapshot_without_a_time_is_given_one()
    {
        var metadata = _client.Save("a", 1, "one");
        Assert.NotEqual(DateTime.MinValue, metadata.Timestamp);
        Assert.Equal(metadata, _client.Load("a")!.Metadata);
    }

    [Fact]
    public void A_snapshot_is_deleted_by_its_metadata()
    {
        SaveFive("a");
        SaveFive("b");
        Delete(new SnapshotMetadata("a", 50, Day.AddDays(5)));
        Assert.Equal(40, _client.Load("a")!.Metadata.SequenceNr);
        Delete(new SnapshotMetadata("a", 20, DateTime.MinValue));
        Assert.Equal(10, _client.Load("a", new SnapshotSelectionCriteria(20))!.Metadata.SequenceNr);
        Assert.Equal(50, _client.Load("b")!.Metadata.SequenceNr);
    }

    [Fact]
    public void Snapshots_are_deleted_up_to_a_number_and_a_time()
    {
        SaveFive("a");
        SaveFive("b");
        Delete("a", new SnapshotSelectionCriteria(30, Day.AddDays(2)));
        Assert.Null(_client.Load("a", new SnapshotSelectionCriteria(20)));
        Assert.Equal(30, _client.Load("a", new SnapshotSelectionCriteria(30))!.Metadata.SequenceNr);
        Assert.Equal(50, _client.Load("a")!.Metadata.SequenceNr);

        Delete("a", SnapshotSelectionCriteria.Latest);

        Assert.Null(_client.Load("a"));
        Assert.Equal(50, _client.Load("b")!.Metadata.SequenceNr);
    }

    [Fact]
    public void A_large_snapshot_is_saved_and_loaded()
    {
        var large = new byte[5 << 20];
        new Random(1).NextBytes(large);
        _client.Save("a", 1, large, Day);
        Assert.Equal(large, _client.Load("a")!.Snapshot);
    }

    [Fact]
    public void A_snapshot_that_cannot_be_serialized_is_not_saved()
    {
        SaveFive("a");
        _client.SnapshotStore.Tell(
            new SaveSnapshot(new SnapshotMetadata("a", 60, Day.AddDays(6)), new Unserializable()), _client.Probe);
        Assert.Equal(
            "refused", Assert.IsType<NotSupportedException>(_client.Next<SaveSnapshotFailure>().Cause).Message);
        Assert.Equal(50, _client.Load("a")!.Metadata.SequenceNr);
    }

    [Fact]
    public void Snapshots_outlive_the_actor_system()
    {
        SaveFive("a");
        Stop(_client.System);
        _client = new JournalClient(Start(_plugin));
        Assert.Equal("snapshot 50", _client.Load("a")!.Snapshot);
    }

    [Fact]
    public async Task The_health_of_a_snapshot_store_can_be_asked()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var persistence = Akka.Persistence.Persistence.Instance.Apply(_client.System);
        var health = await persistence.CheckSnapshotStoreHealthAsync("", patience.Token);
        Assert.Equal(PersistenceHealthStatus.Healthy, health.Status);
    }

    /// <summary>Snapshots 10, 20 and so on to 50, of the days 1 to 5.</summary>
    private protected void SaveFive(string persistenceId)
    {
        for (var i = 1; i <= 5; i++)
            _client.Save(persistenceId, 10 * i, $"snapshot {10 * i}", Day.AddDays(i));
    }

    private protected void Delete(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        _client.SnapshotStore.Tell(new DeleteSnapshots(persistenceId, criteria), _client.Probe);
        Assert.Equal(criteria, _client.Next<DeleteSnapshotsSuccess>().Criteria);
    }

    private void Delete(SnapshotMetadata metadata)
    {
        _client.SnapshotStore.Tell(new DeleteSnapshot(metadata), _client.Probe);
        Assert.Equal(metadata, _client.Next<DeleteSnapshotSuccess>().Metadata);
    }
}

/// <summary>The contract, and the lower bounds of a selection, which Akka.Persistence.Sql does not heed.</summary>
public sealed class SqliteSnapshotContractSpec() : SnapshotContract(Plugin.Sqlite)
{
    [Fact]
    public void A_selection_has_lower_bounds()
    {
        SaveFive("a");
        Assert.Null(Client.Load("a", new SnapshotSelectionCriteria(39, DateTime.MaxValue, minSequenceNr: 31)));
        Delete("a", new SnapshotSelectionCriteria(40, DateTime.MaxValue, minSequenceNr: 25));
        Assert.Equal(20, Client.Load("a", new SnapshotSelectionCriteria(49))!.Metadata.SequenceNr);
    }
}

/// <summary>The contract on Akka.Persistence.Sql.</summary>
public sealed class AkkaPersistenceSqlSnapshotContractSpec() : SnapshotContract(Plugin.AkkaPersistenceSql);
