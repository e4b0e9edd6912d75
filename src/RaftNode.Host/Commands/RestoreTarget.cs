using Akka.Configuration;
using RaftActors.Backups;
using RaftActors.Inspection;
using RaftActors.Membership;
using RaftActors.Storage;
using RaftNode.Host.Configuration;
using RaftNode.Host.Node;

namespace RaftNode.Host.Commands;

/// <summary>
/// Where <see cref="RestoreCommand"/> writes the members' stores: each into a directory, or each into its part of a
/// database.
/// </summary>
internal sealed class RestoreTarget
{
    private readonly string _data;
    private readonly Config _config;
    private readonly NodeSettings? _settings;
    private readonly bool _inDirectories;

    /// <summary>Decides where to write.</summary>
    /// <param name="settings">The settings of one of the nodes; <c>null</c> for the defaults.</param>
    /// <param name="data">The value of --data; <c>null</c> for the directory in the settings.</param>
    /// <exception cref="NodeStartException">The members' stores would be in the same files.</exception>
    public RestoreTarget(NodeSettings? settings, string? data)
    {
        _settings = settings;
        _data = data ?? Path.GetDirectoryName(settings!.DataDirectory)!;
        _config = settings?.Given ?? NodeSettings.Reference().WithFallback(RaftActors.Raft.DefaultConfig());
        var probe = Path.Combine(_data, "member");
        var store = StoreIn(probe);
        _inDirectories = store.IsIn(probe);
        if (!_inDirectories && (store.Journal.File ?? store.Snapshots.File) is { } file)
            throw new NodeStartException($"{file} is not in a member's directory: restore makes a store for each");
    }

    /// <summary>What the operator must do after the restore.</summary>
    public string WhatNext => _inDirectories
        ? "Bring each directory to its node, whole and to that node only, and start the nodes: "
            + "raftnode start --config CONFIG --data DIR, where DIR/<member-id> is that directory."
        : "Start the nodes: raftnode start --config CONFIG, each with an empty data directory and this database.";

    /// <summary>Describes where a member's store is written.</summary>
    public string NameOf(string memberId) =>
        _inDirectories ? Path.Combine(_data, memberId) : StoreIn(Path.Combine(_data, memberId)).Journal.ToString();

    /// <summary>Looks for a store that is not empty.</summary>
    /// <returns>The store that is not empty, as the beginning of a sentence; <c>null</c> if all are empty.</returns>
    /// <exception cref="IOException">A store cannot be read.</exception>
    public async Task<string?> FindTakenAsync(GroupLayout layout, IReadOnlyList<Member> members)
    {
        foreach (var member in members)
        {
            var directory = Path.Combine(_data, member.Id);
            if (File.Exists(directory)
                || (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any()))
                return $"{directory} is not empty";
            foreach (string id in _inDirectories ? [] : layout.PersistenceIds(member.Id))
            {
                if (!await IsEmptyAsync(StoreIn(directory), id))
                    return $"the database {NameOf(member.Id)} holds {id}";
            }
        }
        return null;
    }

    /// <summary>Writes all stores.</summary>
    /// <param name="groups">The new groups: the stores have all of them.</param>
    /// <param name="members">Their members.</param>
    /// <param name="progress">Told how many stores are written, and how many there are.</param>
    /// <exception cref="IOException">A store cannot be written.</exception>
    public Task WriteAsync(
        IReadOnlyList<RestoredGroup> groups, IReadOnlyList<Member> members, Action<long, long> progress) =>
        _inDirectories
            ? WriteDirectoriesAsync(groups, members, progress)
            : WriteDatabaseAsync(groups, members, progress);

    private StoreSettings StoreIn(string directory) => StoreSettings.From(
        _config, _settings?.Raft.JournalPluginId ?? "", _settings?.Raft.SnapshotPluginId ?? "", directory);

    // A database that no node has used has no tables. They are made here, as a node would make them.
    private async Task<bool> IsEmptyAsync(StoreSettings store, string persistenceId)
    {
        var report = await OfflineStore.UseAsync(
            store, _config, readOnly: false, system => StoreInspector.InspectAsync(system, persistenceId));
        return report.IsEmpty;
    }

    private async Task WriteDatabaseAsync(
        IReadOnlyList<RestoredGroup> groups, IReadOnlyList<Member> members, Action<long, long> progress)
    {
        foreach (var (number, member) in members.Index())
        {
            var directory = Path.Combine(_data, member.Id);
            var store = StoreIn(directory);
            string id = PersistenceIds.OfPeer(groups[0].Group, member.Id);
            using var held = await StoreHold.TakeAsync(directory, store, id);
            await WriteAsync(store, groups, member);
            progress(number + 1, members.Count);
        }
    }

    private Task WriteAsync(StoreSettings store, IReadOnlyList<RestoredGroup> groups, Member member) =>
        OfflineStore.WriteAsync(store, _config, async system =>
        {
            foreach (var group in groups)
                await group.WriteAsync(system, member.Id);
        });

    // The stores are written to a temporary directory until all are complete.
    private async Task WriteDirectoriesAsync(
        IReadOnlyList<RestoredGroup> groups, IReadOnlyList<Member> members, Action<long, long> progress)
    {
        var unfinished = Path.Combine(_data, $".restore-{Environment.ProcessId}");
        Directory.CreateDirectory(unfinished);
        try
        {
            foreach (var (number, member) in members.Index())
            {
                var directory = Path.Combine(unfinished, member.Id);
                Directory.CreateDirectory(directory);
                var store = StoreIn(directory);
                await WriteAsync(store, groups, member);
                progress(number + 1, members.Count);
            }
            MoveAll(members.Select(static member => member.Id), unfinished, _data);
        }
        finally
        {
            Directory.Delete(unfinished, recursive: true);
        }
    }

    /// <summary>Moves the directories of the members: either all of them or none.</summary>
    internal static void MoveAll(IEnumerable<string> members, string from, string to)
    {
        var moved = new Stack<string>();
        try
        {
            foreach (var member in members)
            {
                var target = Path.Combine(to, member);
                if (Directory.Exists(target))
                    Directory.Delete(target); // Fails if the directory is not empty.
                Directory.Move(Path.Combine(from, member), target);
                moved.Push(member);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            MoveBack(moved, from, to, e.Message);
            throw;
        }
    }

    private static void MoveBack(Stack<string> moved, string from, string to, string why)
    {
        try
        {
            while (moved.TryPeek(out var member))
            {
                Directory.Move(Path.Combine(to, member), Path.Combine(from, member));
                moved.Pop();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var left = string.Join(", ", moved.Select(member => Path.Combine(to, member)));
            throw new NodeStartException(
                $"the cluster was not restored as a whole: {why} Delete {left}, which cannot be taken back "
                    + $"({e.Message}), "
                + "and run restore again", e);
        }
    }
}
