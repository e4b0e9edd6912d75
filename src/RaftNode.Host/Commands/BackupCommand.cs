using System.CommandLine;
using RaftActors.Backups;
using RaftNode.Host.Backups;
using RaftNode.Host.Http;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode backup</c>: writes the whole store of a running cluster to a file.</summary>
internal static class BackupCommand
{
    private static readonly Argument<string> Target = new("FILE")
    {
        Description = "The file to write, such as kv.backup. The file gets this name when it is complete and verified.",
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Replaces FILE if it exists." };

    private static readonly Option<double> Timeout =
        NodeOptions.CreateTimeout(
            "The longest time to wait until the node begins to send, and the longest pause while it sends.", 300);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new DetailedCommand(
            "backup",
            "Writes the whole store of a running cluster to a file.",
            """
            The file has everything that was acknowledged before the command began, with the sessions of clients. The
            cluster goes on meanwhile. The command asks the first node that can be reached, whether it leads or not.
            With several groups (raftnode.groups) the file has all of them, each as of a moment of its own.

            raftnode inspect FILE verifies the file later. raftnode restore makes a new cluster from it.
            """)
        {
            Target, Force, NodeOptions.Connection, Timeout, CommandProgress.Quiet,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var (file, force) = (parsed.GetValue(Target)!, parsed.GetValue(Force));
        if (Directory.Exists(file))
            throw new CommandException($"{file} is a directory; give the name of a file in it");
        if (!force && File.Exists(file))
            throw new CommandException($"{file} exists; --force replaces it");
        var partial = $"{file}.{Environment.ProcessId}{BackupName.Partial}";
        try
        {
            var patience = TimeSpan.FromSeconds(parsed.GetValue(Timeout));
            using var client = NodeOptions.Client(parsed, patience);
            using var response = await client.BackupAsync(cancellation);
            if (response is null)
                throw new CommandException(NodeClient.NoneReachable);
            if (!response.IsSuccessStatusCode)
                throw await NodeClient.FailureAsync(response);
            var backup = await CommandProgress.RunAsync(parsed, "backup", progress => DurableFile.WriteAsync(
                file, partial, force, target => DownloadAsync(response, target, patience, progress, cancellation)));
            await WriteAsync(parsed, file, backup);
            return ExitCode.Done;
        }
        catch (HttpRequestException e)
        {
            throw new CommandException($"the connection broke before the backup was complete: {e.Message}; see "
                + "the node's log, and try again");
        }
        catch (OperationCanceledException)
        {
            throw new CommandException(
                cancellation.IsCancellationRequested ? "stopped; nothing was written" : "no answer within "
                + $"{parsed.GetValue(Timeout)} seconds; a larger --timeout may help");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file} cannot be written: {e.Message}");
        }
        catch (BackupException e)
        {
            throw new CommandException($"what the node sent is not a backup: {e.Message}");
        }
    }

    /// <summary>Writes what a backup has as the answer of a command.</summary>
    public static Task WriteAsync(ParseResult parsed, string file, NodeBackupFile backup) => backup.Layout.IsOne
        ? CommandOutput.WriteAsync(
            parsed, Document(file, backup.Groups[0]), CommandJson.Lines.BackupDocument, Lines(file, backup))
        : CommandOutput.WriteAsync(
            parsed, AllDocument(file, backup), CommandJson.Lines.GroupsBackupDocument, Lines(file, backup));

    /// <summary>Describes a backup in lines of text.</summary>
    public static IEnumerable<string> Lines(string file, NodeBackupFile backup)
    {
        var (all, one) = (backup.Summary, backup.Groups[0]);
        yield return backup.Layout.IsOne
            ? $"backup    of group {Name(one)}, up to entry {one.Index} of term {one.Term}, taken {Time(one.TakenAt)}"
            : $"backup    of {backup.Layout.Count} groups {all.Group}, each as of a moment of its own, the first of "
                + $"them {Time(all.TakenAt)}";
        yield return $"file      {file}, {all.Length} bytes, SHA-256 {backup.Sha256}: verified";
        if (!backup.Layout.IsOne)
        {
            foreach (var group in backup.Groups)
            {
                yield return $"group     {Name(group)}, up to entry {group.Index} of term {group.Term}, "
                    + $"{group.Length} bytes";
            }
        }
        // Each group has its own members, which are the same but for a change under way.
        foreach (var same in backup.Groups.GroupBy(Members))
        {
            yield return $"members   {same.Key}" + (same.Count() == backup.Groups.Count
                ? ""
                : $" in {string.Join(", ", same.Select(static group => group.Group))}");
        }
    }

    /// <summary>Describes the backup of a group for programs.</summary>
    public static BackupDocument Document(string file, BackupFile backup) => new(
        file, backup.Length, backup.Sha256, backup.Group, backup.GroupId, backup.Index, backup.Term, backup.TakenAt,
        [.. backup.Voters.Select(MemberDocument.Of)]);

    /// <summary>Describes the backup of several groups for programs.</summary>
    public static GroupsBackupDocument AllDocument(string file, NodeBackupFile backup) => new(
        file, backup.Summary.Length, backup.Sha256, backup.Layout.Name, backup.Layout.Count,
        [.. backup.Groups.Select(group => Document(file, group))]);

    private static string Name(BackupFile backup) =>
        backup.Group + (backup.GroupId.Length > 0 ? $" with the identity {backup.GroupId}" : "");

    private static string Time(DateTimeOffset time) => $"{time:yyyy-MM-dd HH:mm:ss}Z";

    private static string Members(BackupFile backup) =>
        string.Join(", ", backup.Voters.Select(static member => $"{member.Id} at {member.Address}"));

    private static async Task DownloadAsync(HttpResponseMessage response, Stream target, TimeSpan patience,
        Action<long, long> progress, CancellationToken cancellation)
    {
        var (done, all) = (0L, response.Content.Headers.ContentLength ?? 0);
        await using var source = await response.Content.ReadAsStreamAsync(cancellation);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var buffer = new byte[256 * 1024];
        while (true)
        {
            silence.CancelAfter(patience);
            var read = await ReadAsync(source, buffer, silence.Token);
            if (read == 0)
                break;
            await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
            progress(done += read, all);
        }
    }

    // A read that fails is the node's fault. A write that fails is this machine's.
    private static async Task<int> ReadAsync(Stream source, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellation);
        }
        catch (IOException e)
        {
            throw new HttpRequestException(e.Message, e);
        }
    }
}
