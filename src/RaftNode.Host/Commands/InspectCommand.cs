using System.CommandLine;
using Microsoft.Data.Sqlite;
using RaftActors.Backups;
using RaftActors.Inspection;
using RaftActors.Membership;
using RaftActors.Storage;
using RaftNode.Host.Backups;
using RaftNode.Host.Http;
using RaftNode.Host.Node;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode inspect</c>: shows the contents of a stopped node's data directory.</summary>
internal static class InspectCommand
{
    private static readonly Argument<string?> Directory = new("DIR")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "The node's own data directory, such as data/node1: the one that holds raft.db. "
            + "The default is the directory that --config leads to. It can also be a file that raftnode backup wrote.",
    };

    private static readonly Option<int?> Group = new("--group")
    {
        HelpName = "NUMBER",
        Description = "The number of a group, from 0, in the directory of a node with several (raftnode.groups): shows "
            + "this group at length. Without it, each group is shown in a line.",
    };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "inspect",
            "Reads a stopped node's journal and snapshots without changing them. Shows terms, indexes and members, and "
                + "whether the checksums are right. The exit code is 1 if something is wrong.")
        {
            Directory, NodeOptions.StoppedNodesConfig, Group,
        };
        command.SetAction((parsed, _) =>
            RunAsync(parsed, parsed.GetValue(NodeOptions.StoppedNodesConfig), parsed.GetValue(Directory)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string? config, string? directory)
    {
        if (File.Exists(directory))
            return await RunOnBackupAsync(parsed, directory);
        try
        {
            var node = StoppedNode.Locate(config, directory);
            using var held = await node.HoldAsync();
            using var scratch = new ScratchDirectory();
            node = node.Copy(scratch.Path).WithOwner();
            var reports = await node.InspectAsync();
            if (reports.Count == 0)
            {
                await CommandOutput.WriteAsync(
                    parsed, Document(new StoreReport()), CommandJson.Lines.StoreDocument, "the journal is empty");
                return ExitCode.Done;
            }
            if (parsed.GetValue(Group) is { } number)
                reports = [Find(reports, number)];
            await (reports.Count == 1 && (StoredGroups.LayoutOf(reports) is null || parsed.GetValue(Group) is not null)
                ? CommandOutput.WriteAsync(
                    parsed, Document(reports[0]), CommandJson.Lines.StoreDocument, Lines(reports[0]))
                : CommandOutput.WriteAsync(parsed, new GroupStoresDocument([.. reports.Select(Document)]),
                    CommandJson.Lines.GroupStoresDocument, StoredGroups.Lines(reports)));
            return reports.All(static report => report.Problems.Count == 0) ? ExitCode.Done : ExitCode.No;
        }
        catch (Exception e) when (e is StoreException or SqliteException)
        {
            throw new CommandException($"the journal cannot be read: {e.Message}", ExitCode.No);
        }
        catch (Exception e) when (e is NodeStartException or IOException)
        {
            throw new CommandException(e.Message, ExitCode.NotDone);
        }
    }

    private static async Task<int> RunOnBackupAsync(ParseResult parsed, string file)
    {
        try
        {
            await BackupCommand.WriteAsync(parsed, file, NodeBackupFile.Open(file));
            return ExitCode.Done;
        }
        catch (Exception e) when (e is BackupException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(e.Message, e is BackupException ? ExitCode.No : ExitCode.NotDone);
        }
    }

    private static StoreReport Find(IReadOnlyList<StoreReport> reports, int number) =>
        reports.FirstOrDefault(report => (StoredGroups.LayoutOf(reports) is { } layout
            ? layout.NumberOf(report.Group ?? "") : 0) == number)
        ?? throw new CommandException($"nothing is stored of a group {number}", ExitCode.NotDone);

    private static StoreDocument Document(StoreReport report) => new(
        report.IsEmpty, report.MemberId, report.Group, report.GroupId, report.StoreId, report.Term, report.VotedFor,
        report.Events, report.FirstIndex, report.LastIndex, report.LastTerm,
        [.. report.Snapshots.Select(static snapshot => new StoredSnapshotDocument(
            snapshot.Index, snapshot.Term, snapshot.Bytes, snapshot.Sha256, snapshot.Problem))],
        report.ConfigurationIndex, [.. report.Voters.Select(MemberDocument.Of)],
        [.. report.OutgoingVoters.Select(MemberDocument.Of)], [.. report.Learners.Select(MemberDocument.Of)],
        report.Problems);

    /// <summary>Describes the contents of a store in lines of text.</summary>
    public static IEnumerable<string> Lines(StoreReport report)
    {
        yield return $"member    {report.MemberId} of group {report.Group}, store {report.StoreId}";
        yield return $"identity  {(report.GroupId.Length > 0 ? report.GroupId : "none yet")}";
        yield return $"term      {report.Term}, vote {(report.VotedFor is { } vote ? $"for {vote}" : "not given")}";
        yield return $"journal   {report.Events} events, {report.FirstEvent} to {report.LastEvent}";
        yield return report.LastIndex < report.FirstIndex
            ? $"log       no entries after {report.LastIndex} of term {report.LastTerm}"
            : $"log       entries {report.FirstIndex} to {report.LastIndex}, the last of term {report.LastTerm}";
        foreach (var snapshot in report.Snapshots)
            yield return $"snapshot  up to entry {snapshot.Index} of term {snapshot.Term}, {snapshot.Bytes} bytes in "
                + $"{snapshot.Chunks} chunks, SHA-256 {snapshot.Sha256}: "
                + $"{(snapshot.Problem is null ? "verified" : "DAMAGED")}";
        var asOf = report.ConfigurationIndex == 0 ? "none stored" : $"as of entry {report.ConfigurationIndex}";
        yield return $"members   {asOf}";
        foreach (var line in Members("voter", report.Voters).Concat(Members("former voter", report.OutgoingVoters))
            .Concat(Members("learner", report.Learners)))
            yield return line;
        foreach (var problem in report.Problems)
            yield return $"PROBLEM   {problem}";
        if (report.Problems.Count == 0)
            yield return "no problem found";
    }

    private static IEnumerable<string> Members(string role, IEnumerable<Member> members) =>
        members.Select(member =>
            $"          {member.Id} at {member.Address}, "
                + $"{role}{(member.Priority != 0 ? $", priority {member.Priority}" : "")}");
}
