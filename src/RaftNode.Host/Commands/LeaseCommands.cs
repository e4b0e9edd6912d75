using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using RaftNode.Host.Http;

namespace RaftNode.Host.Commands;

/// <summary>
/// <c>raftnode lease list</c>, <c>show</c>, <c>acquire</c> and <c>release</c>: the leases of a running group.
/// </summary>
internal static class LeaseCommands
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The name of the lease." };

    /// <summary>Makes the command.</summary>
    public static Command Create() => new("lease", "Shows, acquires and releases the leases of the group.")
    {
        CreateList(), CreateShow(), CreateAcquire(), CreateRelease(),
    };

    private static Command CreateList()
    {
        var prefix = new Option<string?>("--prefix")
        {
            HelpName = "TEXT",
            Description = "Shows only leases whose names begin with this text.",
        };
        var command = new Command("list", "Shows the leases that are held.")
        {
            prefix, NodeOptions.Connection, NodeOptions.Timeout,
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed,
            isWrite: false,
            client => client.SendToAsync(HttpMethod.Get, ListPath(parsed.GetValue(prefix))),
            CommandJson.Lines.LeasesDocument,
            static document => Lines(document.Leases)));
        return command;
    }

    private static Command CreateShow()
    {
        var command = new Command("show", "Shows who holds a lease. Exit code 1 if nobody does.")
        {
            Name, NodeOptions.Connection, NodeOptions.Timeout,
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed,
            isWrite: false,
            client => client.SendToAsync(HttpMethod.Get, PathName.Lease.PathTo(parsed.GetValue(Name)!)),
            CommandJson.Lines.LeaseDocument,
            static lease => Lines([lease])));
        return command;
    }

    private static Command CreateAcquire()
    {
        var owner = CreateOwner(isRequired: true);
        var seconds = new Option<double>("--ttl")
        {
            HelpName = "SECONDS",
            Description = "How long the lease lives unless it is renewed.",
            DefaultValueFactory = _ => 30,
        };
        var token = new Option<long?>("--token")
        {
            HelpName = "TOKEN",
            Description = "Renews the lease that was acquired with this token, and acquires no other.",
        };
        var command = new Command(
            "acquire",
            "Acquires a lease and prints its fencing token, or renews the lease. Exit code 1 if another owner holds "
                + "the lease, or if the lease that was to be renewed is lost.")
        {
            Name, owner, seconds, token, NodeOptions.Connection, NodeOptions.Timeout,
        };
        command.SetAction((parsed, _) => RunAsync(
            parsed,
            isWrite: true,
            client => client.PutLeaseAsync(
                parsed.GetValue(Name)!,
                new WantedLeaseDocument(parsed.GetValue(owner)!, parsed.GetValue(seconds), parsed.GetValue(token))),
            CommandJson.Lines.LeaseDocument,
            static lease => [$"token {lease.Token}, {Seconds(lease.SecondsLeft)} left"]));
        return command;
    }

    private static Command CreateRelease()
    {
        var owner = CreateOwner(isRequired: false);
        var force = new Option<bool>("--force")
        {
            Description = "Takes the lease away from whoever holds it. The holder learns of it with its next sign of "
                + "life, and is not stopped: do this only if the holder has ended, or if what the lease protects "
                + "checks tokens.",
        };
        var token = new Option<long?>("--token")
        {
            HelpName = "TOKEN",
            Description = "Does it only if the lease has this token, so that no later holder loses it.",
        };
        var command = new Command(
            "release", "Releases a lease of an owner, or takes it away. Exit code 1 if the owner does not hold it.")
        {
            Name, owner, force, token, NodeOptions.Connection, NodeOptions.Timeout,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(owner) is { Implicit: false } == result.GetResult(force) is { Implicit: false })
                result.AddError("Give either --owner, for a lease of that owner, or --force.");
        });
        command.SetAction((parsed, _) => RunAsync(
            parsed,
            isWrite: true,
            client => client.SendToAsync(
                HttpMethod.Delete,
                ReleasePath(parsed.GetValue(Name)!, parsed.GetValue(owner), parsed.GetValue(token))),
            CommandJson.Lines.LeaseDocument,
            static lease => [$"released: {lease.Owner} had it, with token {lease.Token}"]));
        return command;
    }

    private static Option<string?> CreateOwner(bool isRequired) => new("--owner")
    {
        HelpName = "OWNER",
        Description = "Who holds the lease, or asks for it: any text.",
        Required = isRequired,
    };

    private static string ListPath(string? prefix) =>
        prefix is null ? "/leases" : $"/leases?prefix={Uri.EscapeDataString(prefix)}";

    private static string ReleasePath(string name, string? owner, long? token) =>
        PathName.Lease.PathTo(name)
        + (owner is null ? "?force=true" : $"?owner={Uri.EscapeDataString(owner)}")
        + (token is null ? "" : string.Create(CultureInfo.InvariantCulture, $"&token={token}"));

    private static async Task<int> RunAsync<T>(
        ParseResult parsed,
        bool isWrite,
        Func<NodeClient, Task<HttpResponseMessage?>> send,
        JsonTypeInfo<T> type,
        Func<T, IEnumerable<string>> lines)
    {
        using var client = NodeOptions.Client(parsed);
        return await NodeRequest.RunAsync(() => send(client), isWrite, async response =>
        {
            var document = await response.Content.ReadFromJsonAsync(type)
                ?? throw new HttpRequestException("the node answered nothing");
            await CommandOutput.WriteAsync(parsed, document, type, lines(document));
        });
    }

    private static IEnumerable<string> Lines(IReadOnlyList<LeaseDocument> leases)
    {
        if (leases.Count == 0)
            yield return "no leases are held";
        foreach (var lease in leases)
        {
            yield return $"{lease.Name}  {lease.Owner}  token {lease.Token}  {Seconds(lease.SecondsLeft)} of "
                + $"{Seconds(lease.TtlSeconds)} left";
        }
    }

    private static string Seconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.###} s");
}
