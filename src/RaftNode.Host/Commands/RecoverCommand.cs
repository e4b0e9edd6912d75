using System.CommandLine;
using Microsoft.Data.Sqlite;
using RaftActors;
using RaftActors.Backups;
using RaftActors.Inspection;
using RaftActors.Membership;
using RaftActors.Storage;
using RaftNode.Host.Http;
using RaftNode.Host.Node;

namespace RaftNode.Host.Commands;

/// <summary>
/// <c>raftnode recover</c>: makes a stopped node the only member of its group, after a majority was lost for good.
/// </summary>
internal static class RecoverCommand
{
    private static readonly Option<string?> Data = new("--data", "-d")
    {
        HelpName = "DIR",
        Description = "The survivor's own data directory, such as data/node1: the one that holds raft.db. "
            + "The default is the directory that --config leads to. The node must not run.",
    };

    private static readonly Option<string[]> Members = new("--members", "-m")
    {
        HelpName = "ID=HOST:PORT,...",
        Description = "The members that the group shall have in the end, and their addresses. The survivor must be "
            + "one of them. At first it is the only member. The command prints how to add the others.",
    };

    private static readonly Option<bool> Yes = new("--yes", "-y")
    {
        Description = "Does not ask before it changes anything.",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new DetailedCommand(
            "recover",
            "Makes a stopped node the only member of its group, when the majority is lost for good.",
            """
            This is for a cluster that has lost the majority of its voters, so that the survivors cannot elect a leader.
            The node then leads alone with the data that it has. Empty the directories of the others, and add them with
            raftnode start --join and raftnode member add.

            Writes that were acknowledged but had not reached this node are lost. If a lost node may come back with its
            data, wait for it instead. If there are several survivors, recover only one: the one whose last entry has
            the highest term. If several have that term, recover the one with the highest index. raftnode inspect shows
            both. Copy the directory of the survivor before you recover it.

            With several groups (raftnode.groups) the node becomes the only member of all of them. Compare the survivors
            group by group: what the recovered node lacks in a group is lost, also if another survivor has it.

            The command shows what the node has, and asks before it changes anything.

            Example:
              raftnode recover --data data/node1 --members node1=10.0.0.1:4051,node4=10.0.0.4:4051,node5=10.0.0.5:4051
            """)
        {
            Data, NodeOptions.StoppedNodesConfig, Members, Yes, CommandProgress.Quiet,
        };
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        List<Member>? wanted = null;
        if (parsed.GetValue(Members) is { Length: > 0 } given
            && !RestoreCommand.TryReadMembers(given, out wanted, out var problem))
            throw new CommandException(problem, ExitCode.NotDone);
        var written = false;
        try
        {
            var node = StoppedNode.Find(parsed.GetValue(NodeOptions.StoppedNodesConfig), parsed.GetValue(Data));
            using var held = await node.HoldAsync();
            var reports = await node.InspectAsync();
            if (reports.Count == 0)
            {
                throw new CommandException(
                    $"the journal in {node.Store.Journal} is empty: there is nothing to recover", ExitCode.No);
            }
            var (isJson, layout, memberId) = (CommandOutput.IsJson(parsed), StoredGroups.LayoutOf(reports),
                reports[0].MemberId);
            if (!isJson)
            {
                await Console.Out.WriteLineAsync(string.Join('\n', layout is null
                    ? InspectCommand.Lines(reports[0])
                    : StoredGroups.Lines(reports)));
            }
            var self = wanted?.Find(member => member.Id == memberId);
            if (wanted is not null && self is null)
            {
                throw new CommandException(
                    $"nothing was changed: the data is that of {memberId}, which is not in --members");
            }
            var recoveries = layout is null
                ? [(reports[0], StoreRecovery.Create(reports[0], self?.Address))]
                : GroupRecoveries.Create(reports, layout, self?.Address);
            if (!isJson)
            {
                var warning = layout is null ? Warning(reports[0]) : GroupRecoveries.Warning(reports, layout);
                await Console.Out.WriteLineAsync($"\n{string.Join('\n', warning)}\n");
            }
            if (!parsed.GetValue(Yes))
                await AskAsync(memberId!, isJson);
            written = true;
            await CommandProgress.RunAsync(parsed, "recovery",
                _ => OfflineStore.WriteAsync(node.Store, node.Config, async system =>
                {
                    foreach (var (_, recovery) in recoveries)
                        await recovery.WriteAsync(system);
                }));
            var next = Next(reports[0], wanted, layout).ToList();
            await (layout is null
                ? WriteAsync(parsed, reports[0], recoveries[0].Recovery, next)
                : CommandOutput.WriteAsync(
                    parsed, new GroupsRecoveryDocument(
                        [.. recoveries.Select(static each => Document(each.Report, each.Recovery, []))], next),
                    CommandJson.Lines.GroupsRecoveryDocument, [.. GroupRecoveries.Lines(recoveries), .. next]));
            return ExitCode.Done;
        }
        catch (BackupException e)
        {
            throw new CommandException($"nothing was changed: {e.Message}", ExitCode.No);
        }
        catch (IOException e) when (written)
        {
            throw new CommandException(
                $"it is not known whether the recovery was written: {e.Message} "
                + "See raftnode inspect; recover may be run again");
        }
        catch (Exception e) when (e is StoreException or SqliteException)
        {
            throw new CommandException($"the journal cannot be read: {e.Message}", ExitCode.No);
        }
        catch (Exception e) when (e is NodeStartException or IOException)
        {
            throw new CommandException(e.Message);
        }
    }

    private static RecoveryDocument Document(
        StoreReport report, StoreRecovery recovery, IReadOnlyList<string> next) => new(
            MemberDocument.Of(recovery.Self), report.Group!, recovery.GroupId, recovery.FormerGroupId,
            recovery.Index, recovery.Term, recovery.StoreId, next);

    private static Task WriteAsync(
        ParseResult parsed, StoreReport report, StoreRecovery recovery, IReadOnlyList<string> next) =>
        CommandOutput.WriteAsync(
            parsed, Document(report, recovery, next), CommandJson.Lines.RecoveryDocument, [$"""
            recovered {report.MemberId} at {recovery.Self.Address} is the only member of group {report.Group}, by the configuration at entry {recovery.Index} of term {recovery.Term}; its store is now {recovery.StoreId}
            identity  {recovery.GroupId}{(recovery.FormerGroupId.Length > 0 ? $", formerly {recovery.FormerGroupId}: a node that has the former one is refused" : "")}
            """, .. next]);

    // The former members may come back at other addresses, which the operator must know.
    private static IEnumerable<string> Next(StoreReport report, List<Member>? wanted, GroupLayout? layout) =>
    [
        $"Start it: raftnode start --config CONFIG --data DIR, where DIR/{report.MemberId} is this directory",
        .. NextMembers(report, wanted, layout is null
            ? ""
            : $" --group NUMBER, for each NUMBER from 0 to {layout.Count - 1}"),
    ];

    private static IEnumerable<string> NextMembers(StoreReport report, List<Member>? wanted, string groups) =>
        wanted is null
        ?
        [
            "Then delete the data of each other node, start the node with --join, and add it: "
                + $"raftnode member add ID HOST:PORT{groups}",
        ]
        : wanted.Where(member => member.Id != report.MemberId)
            .Select(member => $"Then, with an empty directory on {member.Id}: raftnode start --config CONFIG --data "
                + $"DIR --join, and: raftnode member add {member.Id} {member.Address}{groups}");

    private static IEnumerable<string> Warning(StoreReport report)
    {
        var others = report.Voters.Concat(report.OutgoingVoters).Concat(report.Learners)
            .DistinctBy(static member => member.Id).Where(member => member.Id != report.MemberId)
            .Select(static member => member.Id).ToList();
        yield return $"This makes {report.MemberId} the only member of group {report.Group}. Do it only if the "
            + "majority of its voters is lost for good.";
        yield return $"- What the others acknowledged after entry {report.LastIndex} is lost, "
            + "because this store does not have it. Nobody can say how much that is.";
        yield return $"- All entries up to {report.LastIndex} count from now on, even if no majority had them. "
            + "A write with an unknown outcome may turn out to be done.";
        if (others.Count > 0)
        {
            yield return $"- {string.Join(", ", others)}: never start them again with the data that they have. "
                + "Delete that data, start them with --join, and add them.";
        }
        if (!report.Voters.Concat(report.OutgoingVoters).Any(member => member.Id == report.MemberId))
        {
            yield return $"- {report.MemberId} has no vote in the last configuration that it knows, "
                + "so it may be far behind. Recover a member with a vote instead.";
        }
    }

    private static async Task AskAsync(string memberId, bool isJson)
    {
        if (isJson)
        {
            throw new CommandException("nothing was changed: the command asks first, but not with --json. "
                + "Read what it says without --json, and give --yes if you mean it");
        }
        if (Console.IsInputRedirected)
        {
            throw new CommandException("nothing was changed: the command asks first, but standard input is not "
                + "a terminal. Read the above, and give --yes if you mean it");
        }
        await Console.Out.WriteAsync($"Type {memberId} to go on: ");
        if ((await Console.In.ReadLineAsync())?.Trim() != memberId)
            throw new CommandException("nothing was changed");
    }
}
