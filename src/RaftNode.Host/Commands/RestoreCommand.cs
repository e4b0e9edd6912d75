using System.CommandLine;
using RaftActors.Backups;
using RaftActors.Membership;
using RaftNode.Host.Backups;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;
using RaftNode.Host.Node;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode restore</c>: makes the data directories of a new cluster from a backup.</summary>
internal static class RestoreCommand
{
    private static readonly Argument<string?> Source = new("FILE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "The file that raftnode backup, or a node by its schedule, wrote.",
    };

    private static readonly Option<string?> Newest = new("--newest")
    {
        HelpName = "BACKUPS",
        Description = "A directory instead of FILE. The newest undamaged backup in it, a file *.backup, is restored.",
    };

    private static readonly Option<string?> Data = new("--data", "-d")
    {
        HelpName = "DIR",
        Description = "The directory for the data: DIR/<member-id> for each member. These directories must not exist, "
            + "or must be empty. The default is raftnode.data-dir of --config.",
    };

    private static readonly Option<string[]> Members = new("--members", "-m")
    {
        HelpName = "ID=HOST:PORT,...",
        Description = "The members of the new cluster and where they reach each other, as in raft.members of their "
            + "configuration: node1=10.0.0.1:4051,node2=10.0.0.2:4051. The default is the members of --config.",
    };

    private static readonly Option<string?> Group = new("--group")
    {
        HelpName = "NAME",
        Description = "The name of the new group, raft.group of the nodes' configuration. "
            + "The default is the name in --config, or else the name in the backup.",
    };

    private static readonly Option<string?> ConfigFile = new("--config", "-c")
    {
        HelpName = "FILE",
        Description = "The HOCON file of one of the new nodes, which says where the journals of the nodes are. "
            + "Not needed for raft.db in each node's directory.",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new DetailedCommand(
            "restore",
            "Makes the data directories of a new cluster that starts with everything in a backup.",
            """
            Run it once, on one machine. Then copy each directory to its node and start the nodes as usual. Do not run
            it once for each node: each run makes another cluster, and nodes of different clusters do not work together.
            Stop the old cluster first, if it still runs.

            If the journals are in a PostgreSQL database, give the --config of one node. The command then fills each
            member's part of that database, and there are no directories to copy.

            A backup of several groups (raftnode.groups) makes as many groups. The files of the new nodes must have the
            same number: with --config the command looks.

            With a single member the cluster starts with one node. Then add others with raftnode start --join and
            raftnode member add.

            Example:
              raftnode restore kv.backup --data new --members node1=10.0.0.1:4051,node2=10.0.0.2:4051,node3=10.0.0.3:4051
              raftnode restore --newest /backups --data new --members node1=10.0.0.1:4051
            """)
        {
            Source, Newest, Data, Members, Group, ConfigFile, CommandProgress.Quiet,
        };
        command.Validators.Add(static result =>
        {
            var isFile = result.GetResult(Source) is { Tokens.Count: > 0 };
            if (isFile == result.GetResult(Newest) is not null)
                result.AddError("Give a FILE, or a directory with --newest.");
            var isSaid = result.GetResult(Data) is not null && result.GetResult(Members) is not null;
            if (result.GetResult(ConfigFile) is null && !isSaid)
                result.AddError("Without --config, --data and --members are needed.");
        });
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        var given = parsed.GetValue(Source);
        try
        {
            var settings = parsed.GetValue(ConfigFile) is { } config ? NodeSettings.Load(config) : null;
            var (members, problem) = (settings?.Raft.Members.ToList() ?? [], "");
            if (parsed.GetValue(Members) is { Length: > 0 } texts && !TryReadMembers(texts, out members, out problem))
                throw new CommandException(problem);
            var target = new RestoreTarget(settings, parsed.GetValue(Data));
            var (file, backup) = given is null
                ? NewestBackup.Find(parsed.GetValue(Newest)!, parsed.GetValue(Group) ?? settings?.Raft.Group,
                    problem => Skipped(parsed, problem))
                : (given, NodeBackupFile.Open(given));
            var name = parsed.GetValue(Group) ?? settings?.Raft.Group ?? backup.Layout.Name;
            var layout = new GroupLayout(name, backup.Layout.Count);
            if (settings is not null && settings.Layout.Count != layout.Count)
            {
                throw new CommandException(
                    $"nothing was restored: {file} is a backup of {GroupLayout.Text(layout.Count)}, and "
                    + $"{parsed.GetValue(ConfigFile)} says raftnode.groups = {settings.Layout.Count}. The number never "
                    + $"changes: set raftnode.groups = {layout.Count} in the files of the new nodes, or give a backup "
                    + $"of {GroupLayout.Text(settings.Layout.Count)}");
            }
            RestoredGroup[] groups = [.. backup.Groups.Select(
                (group, number) => RestoredGroup.Create(group, layout.NameOf(number), members))];
            if (await target.FindTakenAsync(layout, members) is { } taken)
            {
                throw new CommandException(
                    $"{taken}; restore makes new stores only. Move it away, or give another --data or --config");
            }
            await CommandProgress.RunAsync(
                parsed, "restore", progress => target.WriteAsync(groups, members, progress));
            await (layout.IsOne
                ? WriteAsync(parsed, file, backup, groups[0], members, target)
                : WriteAllAsync(parsed, file, backup, layout, groups, members, target));
            return ExitCode.Done;
        }
        catch (FileNotFoundException)
        {
            throw new CommandException($"there is no {given}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"nothing was restored: {e.Message}", ExitCode.NotDone);
        }
        catch (BackupException e)
        {
            throw new CommandException($"nothing was restored: {e.Message}", ExitCode.No);
        }
    }

    private static void Skipped(ParseResult parsed, string problem) =>
        CommandOutput.Note(parsed, $"skipped: {problem.ReplaceLineEndings(" ")}");

    private static Task WriteAsync(ParseResult parsed, string file, NodeBackupFile backup, RestoredGroup group,
        IReadOnlyList<Member> members, RestoreTarget target)
    {
        var restored = new RestoreDocument(
            BackupCommand.Document(file, backup.Groups[0]), group.Group, group.GroupId, group.Index, group.Term,
            [.. members.Select(member => new RestoredStoreDocument(
                MemberDocument.Of(member), target.NameOf(member.Id), group.StoreIdOf(member.Id)))],
            target.WhatNext);
        return CommandOutput.WriteAsync(parsed, restored, CommandJson.Lines.RestoreDocument,
            [.. BackupCommand.Lines(file, backup), .. Lines(restored)]);
    }

    private static Task WriteAllAsync(ParseResult parsed, string file, NodeBackupFile backup, GroupLayout layout,
        IReadOnlyList<RestoredGroup> groups, IReadOnlyList<Member> members, RestoreTarget target)
    {
        var restored = new GroupsRestoreDocument(
            BackupCommand.AllDocument(file, backup), layout.Name,
            [.. groups.Select(static group =>
                new RestoredGroupDocument(group.Group, group.GroupId, group.Index, group.Term))],
            [.. members.Select(member => new RestoredNodeDocument(
                MemberDocument.Of(member), target.NameOf(member.Id)))],
            $"The file of each node needs raftnode.groups = {layout.Count}. {target.WhatNext}");
        return CommandOutput.WriteAsync(parsed, restored, CommandJson.Lines.GroupsRestoreDocument,
            [.. BackupCommand.Lines(file, backup), .. Lines(restored)]);
    }

    private static IEnumerable<string> Lines(GroupsRestoreDocument restored)
    {
        foreach (var group in restored.Groups)
        {
            yield return $"group     {group.Group}, a new one with the identity {group.GroupId}: it goes on after "
                + $"entry {group.Index} of term {group.Term}";
        }
        foreach (var (member, place) in restored.Stores)
        {
            yield return $"restored  {place} for {member.Id} at {member.Address}, with all {restored.Groups.Count} "
                + "groups";
        }
        yield return restored.Next;
    }

    private static IEnumerable<string> Lines(RestoreDocument restored)
    {
        var former = restored.Backup.GroupId;
        yield return $"group     {restored.Group}, a new one: it goes on after entry {restored.Index} of term "
            + $"{restored.Term}";
        yield return $"identity  {restored.GroupId}{(former.Length > 0 ? $", formerly {former}" : "")}";
        foreach (var (member, place, storeId) in restored.Stores)
            yield return $"restored  {place} for {member.Id} at {member.Address}, store {storeId}";
        yield return restored.Next;
    }

    internal static bool TryReadMembers(IEnumerable<string> texts, out List<Member> members, out string problem)
    {
        members = [];
        foreach (var text in texts.SelectMany(static text =>
            text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
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
