using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using RaftNode.Host.Http;

namespace RaftNode.Host.Commands;

/// <summary>
/// <c>raftnode member list</c>, <c>add</c>, <c>remove</c>, <c>promote</c> and <c>priority</c>: show and change the
/// members of a running group.
/// </summary>
/// <remarks>
/// A change is made for the members as the command has read them. If the members have changed meanwhile, the command
/// reads them again.
/// </remarks>
internal static class MemberCommands
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly Argument<string> Id = new("ID") { Description = "The member id." };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("member", "Shows and changes the members of the group.")
    {
        CreateList(), CreateAdd(), CreateRemove(), CreatePromote(), CreatePriority(),
    };

    private static Command CreateList()
    {
        var command = new Command("list", "Shows the members, as the first node that can be reached knows them.")
        {
            NodeOptions.Connection, NodeOptions.Group, NodeOptions.Timeout,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var client = NodeOptions.Client(parsed);
            return await GuardAsync(false, async () =>
            {
                var (members, _) = await ReadAsync(client);
                await CommandOutput.WriteAsync(
                    parsed, members, CommandJson.Lines.MembersDocument, Lines(members));
                return ExitCode.Done;
            });
        });
        return command;
    }

    private static Command CreateAdd()
    {
        var address = new Argument<string>("ADDRESS")
        {
            Description = "Where peers reach the member: host:port or system@host:port. "
                + "First start the node: raftnode start --join.",
        };
        var learner = new Option<bool>("--learner")
        {
            Description = "Adds the member without a vote. It gets the log, and can be promoted when it has caught up.",
        };
        var priority = new Option<int?>("--priority")
        {
            HelpName = "PRIORITY",
            Description = "The priority as leader: 0, which is the default, or more. "
                + "The leadership prefers a higher priority.",
        };
        var command = new Command("add", "Adds a member.") { Id, address, learner, priority, NodeOptions.Connection,
            NodeOptions.Group, NodeOptions.Timeout };
        command.SetAction((parsed, _) => ChangeAsync(parsed, members =>
        {
            var (voters, learners) = Split(members);
            bool IsAdded(WantedMemberDocument member) =>
                member.Id == parsed.GetValue(Id) && member.Address == parsed.GetValue(address);
            if (voters.Exists(IsAdded) || (parsed.GetValue(learner) && learners.Exists(IsAdded)))
                return (null, $"{parsed.GetValue(Id)} is a member already");
            if (voters.Concat(learners).FirstOrDefault(member => member.Id == parsed.GetValue(Id)) is { } known
                && known.Address != parsed.GetValue(address))
            {
                return (null, $"{known.Id} is a member already, at {known.Address}. "
                    + $"To move {known.Id} with its data directory, start its node at {parsed.GetValue(address)}: the "
                        + "group records the address by itself. "
                    + $"If its data is lost, remove it (raftnode member remove {known.Id}), and then add it again. "
                    + "Give another node another name");
            }
            var added = new WantedMemberDocument(parsed.GetValue(Id)!, parsed.GetValue(address)!,
                parsed.GetValue(priority) ?? learners.Find(IsAdded)?.Priority ?? 0);
            learners.RemoveAll(IsAdded);
            (parsed.GetValue(learner) ? learners : voters).Add(added);
            return (new WantedMembersDocument(voters, learners), "");
        }));
        return command;
    }

    private static Command CreateRemove()
    {
        var command = new Command("remove", "Removes a member. Its node stops.")
        {
            Id, NodeOptions.Connection, NodeOptions.Group, NodeOptions.Timeout,
        };
        command.SetAction((parsed, _) => ChangeAsync(parsed, members =>
        {
            var (voters, learners) = Split(members);
            return voters.RemoveAll(member => member.Id == parsed.GetValue(Id))
                + learners.RemoveAll(member => member.Id == parsed.GetValue(Id)) > 0
                ? (new WantedMembersDocument(voters, learners), "")
                : (null, $"{parsed.GetValue(Id)} is not a member");
        }));
        return command;
    }

    private static Command CreatePromote()
    {
        var command = new Command("promote", "Gives a learner a vote, once it has caught up.")
        {
            Id, NodeOptions.Connection, NodeOptions.Group, NodeOptions.Timeout,
        };
        command.SetAction((parsed, _) => ChangeAsync(parsed, members =>
        {
            var (voters, learners) = Split(members);
            if (learners.Find(member => member.Id == parsed.GetValue(Id)) is not { } promoted)
                return (null, $"{parsed.GetValue(Id)} is not a learner");
            learners.Remove(promoted);
            voters.Add(promoted);
            return (new WantedMembersDocument(voters, learners), "");
        }));
        return command;
    }

    private static Command CreatePriority()
    {
        var priority = new Argument<int>("PRIORITY")
        {
            Description = "0 or more. The leadership goes to the voter with the highest priority that has caught up.",
        };
        var command = new Command("priority", "Changes a member's priority as leader.")
        {
            Id, priority, NodeOptions.Connection, NodeOptions.Group, NodeOptions.Timeout,
        };
        command.SetAction((parsed, _) => ChangeAsync(parsed, members =>
        {
            var (voters, learners) = Split(members);
            WantedMemberDocument Changed(WantedMemberDocument member) =>
                member.Id == parsed.GetValue(Id) ? member with { Priority = parsed.GetValue(priority) } : member;
            return voters.Concat(learners).Any(member => member.Id == parsed.GetValue(Id))
                ? (new WantedMembersDocument(voters.ConvertAll(Changed), learners.ConvertAll(Changed)), "")
                : (null, $"{parsed.GetValue(Id)} is not a member");
        }));
        return command;
    }

    private static Task<int> ChangeAsync(ParseResult parsed,
        Func<MembersDocument, (WantedMembersDocument? Wanted, string Problem)> change) => GuardAsync(true, async () =>
    {
        using var client = NodeOptions.Client(parsed);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var (members, tag) = await ReadAsync(client);
            var (wanted, problem) = change(members);
            if (wanted is null)
                throw new CommandException(problem, ExitCode.No);
            using var response = await client.ChangeMembersAsync(wanted, tag);
            if (response is null)
                throw new CommandException(NodeClient.NoneReachable);
            if (response.IsSuccessStatusCode)
            {
                var configuration = response.Headers.ETag?.Tag;
                await CommandOutput.WriteAsync(
                    parsed, new ChangedMembersDocument(configuration), CommandJson.Lines.ChangedMembersDocument,
                    $"done, configuration {configuration?.Trim('"')}");
                return ExitCode.Done;
            }
            // The node that was asked is behind, or the members have changed meanwhile.
            var again = response.StatusCode == HttpStatusCode.PreconditionFailed
                || response.Headers.RetryAfter is not null;
            if (!again || Stopwatch.GetElapsedTime(started).TotalSeconds >= parsed.GetValue(NodeOptions.Timeout))
                throw await NodeClient.FailureAsync(response,
                    response.StatusCode == HttpStatusCode.GatewayTimeout ? ExitCode.Unknown : ExitCode.NotDone);
            await Task.Delay(Pause);
        }
    });

    private static async Task<(MembersDocument Members, string Tag)> ReadAsync(NodeClient client)
    {
        using var response = await client.SendToAsync(HttpMethod.Get, client.InGroup("/members"))
            ?? throw new CommandException(NodeClient.NoneReachable);
        if (!response.IsSuccessStatusCode)
            throw await NodeClient.FailureAsync(response);
        var members = await response.Content.ReadFromJsonAsync(HostJson.Default.MembersDocument);
        return (members ?? throw new HttpRequestException("the node answered nothing"),
            response.Headers.ETag?.Tag ?? "");
    }

    private static (List<WantedMemberDocument> Voters,
        List<WantedMemberDocument> Learners) Split(MembersDocument members)
    {
        List<WantedMemberDocument> Of(string role) =>
            [.. members.Members.Where(member => member.Role == role)
                .Select(static member => new WantedMemberDocument(member.Id, member.Address, member.Priority))];
        return (Of("voter"), Of("learner"));
    }

    private static IEnumerable<string> Lines(MembersDocument members)
    {
        foreach (var member in members.Members)
        {
            var progress = member.MatchIndex is { } match
                ? $" match {match}{(member.Active == true ? "" : ", silent")}"
                : "";
            var priority = member.Priority != 0 ? $" priority {member.Priority}" : "";
            var leads = member.Id == members.Leader ? ", leader" : "";
            yield return $"{member.Id} {member.Address} {member.Role}{priority}{leads}{progress}";
        }
        if (members.Changing)
            yield return "a change is under way";
    }

    private static async Task<int> GuardAsync(bool isWrite, Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            var why = NodeRequest.Problem(e);
            throw isWrite
                ? new CommandException(
                    $"{why}; the change may have been done, or may still be done: see raftnode member list",
                    ExitCode.Unknown)
                : new CommandException(why);
        }
    }
}
