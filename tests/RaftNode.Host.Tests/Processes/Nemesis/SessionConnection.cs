using System.Globalization;
using System.Text;
using Akka.Actor;
using RaftActors.Client;
using RaftActors.Linearizability.KeyValue;
using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>
/// A client with a session, on an actor system of its own: what it was not answered it tries again, under the same
/// number. Answers as HTTP would.
/// </summary>
internal sealed class SessionConnection(ActorSystem system, IReadOnlyList<string> addresses,
    TimeSpan deadline) : IStoreConnection
{
    private readonly RaftClient _client = RaftClient.Start(system, new RaftClientSettings
    {
        Group = "kv",
        Addresses = addresses,
        Deadline = deadline,
        AttemptTimeout = TimeSpan.FromMilliseconds(500),
        RetryBackoffMax = TimeSpan.FromMilliseconds(200),
    });

    /// <inheritdoc/>
    public Task ConnectAsync(CancellationToken stop) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<PlainAnswer> AskAsync(KeyValueInput input, string? tag, CancellationToken stop)
    {
        try
        {
            if (input.Kind == KeyValueKind.Get)
                return Found((await _client.QueryAsync(new GetValue(input.Key), cancellationToken: stop)).Result);
            var proposed = await _client.ProposeAsync(Command(input, tag), cancellationToken: stop);
            return Written(input.Kind, (WriteResult)proposed.Response!);
        }
        catch (RaftClientException e) when (!e.OutcomeUnknown && !e.WasApplied)
        {
            return new PlainAnswer(503, null, "");
        }
        catch (RaftClientException e)
        {
            throw new EndOfStreamException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The actor system is about to end, and the client with it.
    }

    private static IKeyValueMessage Command(KeyValueInput input, string? tag)
    {
        var condition = input.Kind switch
        {
            KeyValueKind.Create => WriteCondition.Absent,
            KeyValueKind.CompareAndSet =>
                WriteCondition.OneOf([long.Parse(tag!.Trim('"'), CultureInfo.InvariantCulture)]),
            _ => WriteCondition.None,
        };
        return input.Value is { } value
            ? new PutValue(input.Key, Encoding.UTF8.GetBytes(value), condition)
            : new DeleteValue(input.Key, condition);
    }

    private static PlainAnswer Found(object? result) =>
        result is ValueFound found
            ? new PlainAnswer(200, Tag(found.Version), Encoding.UTF8.GetString(found.Value.Span))
            : new PlainAnswer(404, null, "");

    private static PlainAnswer Written(KeyValueKind kind, WriteResult result) => result.Outcome switch
    {
        WriteOutcome.Created => new PlainAnswer(201, Tag(result.Version), ""),
        WriteOutcome.Replaced => new PlainAnswer(204, Tag(result.Version), ""),
        WriteOutcome.Deleted => new PlainAnswer(204, null, ""),
        WriteOutcome.NotFound when kind == KeyValueKind.Delete => new PlainAnswer(404, null, ""),
        WriteOutcome.NotFound or WriteOutcome.ConditionFailed =>
            new PlainAnswer(kind == KeyValueKind.Create ? 409 : 412, null, ""),
        _ => throw new InvalidOperationException($"A write was answered by {result}."),
    };

    private static string Tag(long version) => $"\"{version}\"";
}
