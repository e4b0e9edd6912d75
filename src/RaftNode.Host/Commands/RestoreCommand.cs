using System.CommandLine;
using RaftActors.Backups;
using RaftActors.Membership;
using RaftNode.Host.Node;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode restore</c>: makes the data directories of a new cluster from a backup.</summary>
internal static class RestoreCommand
{
    private static readonly Argument<string> Source = new("FILE") { Description = "What raftnode backup wrote." };

    private static readonly Option<string> Data = new("--data", "-d")
    {
        Required = true,
        HelpName = "DIR",
        Description = "Where the data goes: DIR/<member-id> for each member. These directories must not exist, or be empty.",
    };

    private static readonly Option<string[]> Members = new("--members", "-m")
    {
        Required = true,
        HelpName = "ID=HOST:PORT,...",
        Description = "The members of the new cluster and where they reach each other, as in raft.members of their configuration: node1=10.0.0.1:4051,node2=10.0.0.2:4051",
    };

    private static readonly Option<string?> Group = new("--group") { HelpName = "NAME", Description = "The name of the new group, raft.group of the nodes' configuration; that of the backup by default." };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new DetailedCommand(
            "restore",
            "Makes the data directories of a new cluster that starts with everything in a backup.",
            """
            Run it once, on one machine; then bring each directory to its node and start the nodes as usual. Do not run
            it once for each node: each run makes another cluster, and nodes of different ones do not work together.
            Stop the old cluster first, if it still runs.

            With a single member the cluster starts with one node, and others are added to it: raftnode start --join,
            and raftnode member add.

            Example:
              raftnode restore kv.backup --data new --members node1=10.0.0.1:4051,node2=10.0.0.2:4051,node3=10.0.0.3:4051
            """)
        {
            Source, Data, Members, Group,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        var (file, data) = (parsed.GetValue(Source)!, parsed.GetValue(Data)!);
        try
        {
            if (!TryReadMembers(parsed.GetValue(Members)!, out var members, out var problem))
                return await ExitCode.FailAsync(problem, ExitCode.NotDone);
            if (members.Find(member => IsTaken(Path.Combine(data, member.Id))) is { } taken)
                return await ExitCode.FailAsync($"{Path.Combine(data, taken.Id)} is not empty; restore makes new stores only. Move it away, or give another --data", ExitCode.NotDone);
            var backup = BackupFile.Open(file);
            var group = RestoredGroup.Create(backup, parsed.GetValue(Group) ?? backup.Group, members);
            await Console.Out.WriteLineAsync(string.Join('\n', BackupCommand.Lines(file, backup)));
            await WriteAsync(group, members, data);
            await Console.Out.WriteLineAsync($"group     {group.Group}, a new one: it goes on after entry {group.Index} of term {group.Term}");
            foreach (var member in members)
                await Console.Out.WriteLineAsync($"restored  {Path.Combine(data, member.Id)} for {member.Id} at {member.Address}, store {group.StoreIdOf(member.Id)}");
            await Console.Out.WriteLineAsync("Bring each directory to its node, whole and to that node only, and start the nodes: raftnode start --config CONFIG --data DIR, where DIR/<member-id> is that directory.");
            return ExitCode.Done;
        }
        catch (FileNotFoundException)
        {
            return await ExitCode.FailAsync($"there is no {file}", ExitCode.NotDone);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await ExitCode.FailAsync($"nothing was restored: {e.Message}", ExitCode.NotDone);
        }
        catch (BackupException e)
        {
            return await ExitCode.FailAsync($"nothing was restored: {e.Message}", ExitCode.No);
        }
    }

    // In a directory of its own until all of it is there: a store that is only begun would look like that of a new node.
    private static async Task WriteAsync(RestoredGroup group, IReadOnlyList<Member> members, string data)
    {
        var unfinished = Path.Combine(data, $".restore-{Environment.ProcessId}");
        Directory.CreateDirectory(unfinished);
        try
        {
            foreach (var member in members)
            {
                var directory = Path.Combine(unfinished, member.Id);
                Directory.CreateDirectory(directory);
                await OfflineStore.UseAsync(Path.Combine(directory, "raft.db"), system => group.WriteAsync(system, member.Id));
            }
            MoveAll(members.Select(static member => member.Id), unfinished, data);
        }
        finally
        {
            Directory.Delete(unfinished, recursive: true);
        }
    }

    /// <summary>Moves the members' directories: all of them, or none.</summary>
    internal static void MoveAll(IEnumerable<string> members, string from, string to)
    {
        var moved = new Stack<string>();
        try
        {
            foreach (var member in members)
            {
                var target = Path.Combine(to, member);
                if (Directory.Exists(target))
                    Directory.Delete(target); // It is empty, or this fails.
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
            throw new NodeStartException($"the cluster was not restored as a whole: {why} Delete {left}, which cannot be taken back ({e.Message}), and run restore again", e);
        }
    }

    private static bool IsTaken(string path) => File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any());

    internal static bool TryReadMembers(IEnumerable<string> texts, out List<Member> members, out string problem)
    {
        members = [];
        foreach (var text in texts.SelectMany(static text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                problem = $"--members: '{text}' is not ID=HOST:PORT, such as node1=127.0.0.1:4051";
                return false;
            }
            members.Add(new Member(text[..at], text[(at + 1)..]));
        }
        problem = "";
        return true;
    }
}
