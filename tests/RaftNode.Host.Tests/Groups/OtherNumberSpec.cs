using Microsoft.Data.Sqlite;
using RaftActors.Storage;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Groups;

/// <summary>A node whose data is of another number of groups does not start.</summary>
public sealed class OtherNumberSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1, 64)]
    [InlineData(64, 1)]
    [InlineData(64, 8)]
    [InlineData(8, 64)]
    public void A_number_that_is_not_that_of_the_data_is_refused(int founded, int configured)
    {
        var settings = Settings(founded);
        Fill(settings);
        OwnStore.Ensure(settings);

        var refusal = Assert.Throws<StoreException>(() => OwnStore.Ensure(Settings(configured)));

        Assert.False(refusal.CanWait);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Contains(settings.Store.Journal.File!, refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"configuration says raftnode.groups = {configured}",
            refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith($"set raftnode.groups = {founded}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_event_of_another_number_is_enough()
    {
        var settings = Settings(16);
        Fill(settings);
        // Neither the first nor the last of all persistence ids.
        Insert(settings, "raft-kv-3-of-7-node1");

        var refusal = Assert.Throws<StoreException>(() => OwnStore.Ensure(settings));

        Assert.EndsWith("set raftnode.groups = 7", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_of_another_node_is_refused_as_ever()
    {
        var settings = Settings(4);
        Insert(settings, "raft-kv-0-of-4-node2");

        var refusal = Assert.Throws<StoreException>(() => OwnStore.Ensure(settings));

        Assert.Contains("belongs to another node: it holds raft-kv-0-of-4-node2",
            refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_for_a_stopped_node_finds_all_its_groups_and_no_other_node()
    {
        var settings = Settings(4);
        Fill(settings);
        Assert.Equal(settings.Layout.PersistenceIds("node1"),
            StoppedNode.Find(null, settings.DataDirectory).PersistenceIds);
        Assert.Equal(4, StoppedNode.Find(_directory.In("node.conf"), settings.DataDirectory).PersistenceIds.Count);

        _ = Settings(8);
        var refusal = Assert.Throws<NodeStartException>(
            () => StoppedNode.Find(_directory.In("node.conf"), settings.DataDirectory));
        Assert.EndsWith("belongs to raft-kv-0-of-4-node1, and its configuration is that of raft-kv-0-of-8-node1",
            refusal.Message, StringComparison.Ordinal);
    }

    private NodeSettings Settings(int groups) => NodeSettings.Load(_directory.Write("node.conf", $$"""
        raft { group = kv, member-id = node1, members = [ { id = node1, address = "127.0.0.1:4001" } ] }
        raft.groups = {{groups}}
        """), _directory.In("data"));

    private static void Fill(NodeSettings settings)
    {
        foreach (string id in settings.Layout.PersistenceIds("node1"))
            Insert(settings, id);
    }

    private static void Insert(NodeSettings settings, string persistenceId)
    {
        string file = settings.Store.Journal.File!;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "CREATE TABLE IF NOT EXISTS journal(persistence_id TEXT); INSERT INTO journal VALUES ($id)";
        command.Parameters.AddWithValue("$id", persistenceId);
        command.ExecuteNonQuery();
    }
}
