using System.Text.Json;
using System.Text.Json.Serialization;
using RaftNode.Host.Http;

namespace RaftNode.Host.Cluster;

/// <summary>How a node stands and what has happened on it, as it tells other nodes.</summary>
/// <param name="Run">The random number of the node's process.</param>
/// <param name="Status">How the node stands; <c>null</c> if its peer does not run.</param>
/// <param name="Problem">Why there is no status.</param>
/// <param name="Events">Events of the node, in the order of their numbers.</param>
internal sealed record NodeReport(
    string Run, StatusDocument? Status, ProblemDocument? Problem, IReadOnlyList<NodeEvent> Events)
{
    /// <summary>The most bytes that a report has as JSON, so that it fits any frame of the remoting.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>How many events a report has. A node that wants more asks again.</summary>
    public const int MostEvents = 64;

    // How much of each list of the status a report has that is too long otherwise.
    private const int MostOfEach = 8;

    /// <summary>The report as JSON, of at most <see cref="MostBytes"/>.</summary>
    public byte[] ToJson()
    {
        var json = Bytes(this);
        if (json.Length > MostBytes && Status is { } status)
        {
            json = Bytes(this with
            {
                Events = [.. Events.Take(MostOfEach)],
                Status = status with
                {
                    Damages = [.. status.Damages.Take(MostOfEach)],
                    ForeignNodes = [.. status.ForeignNodes.Take(MostOfEach)],
                    Groups = status.Groups is { } groups
                        ? groups with { Troubled = [.. groups.Troubled.Take(MostOfEach)] }
                        : null,
                },
            });
        }
        return json.Length <= MostBytes
            ? json
            : Bytes(new NodeReport(Run, null, Problems.Document(Problems.PeerSilent(
                $"The node's status has more than {MostBytes} bytes: ask the node itself for it.")), []));
    }

    /// <summary>Reads a report that another node sent. Whatever the bytes are, nothing but the answer comes of it.</summary>
    /// <param name="json">The bytes.</param>
    /// <param name="problem">What is wrong with the bytes.</param>
    public static NodeReport? Read(ReadOnlyMemory<byte> json, out string problem)
    {
        problem = "";
        if (json.Length > MostBytes)
        {
            problem = $"its answer has {json.Length} bytes, more than {MostBytes}";
            return null;
        }
        try
        {
            var report = JsonSerializer.Deserialize(json.Span, ClusterJson.Default.NodeReport);
            if (report is { Run.Length: > 0 and <= 64, Events.Count: <= MostEvents }
                && (report.Status is not null || report.Problem is not null)
                && report.Events.All(static told => told is not null))
                return report;
            problem = "its answer is not one that this version knows";
        }
        catch (JsonException)
        {
            problem = "its answer cannot be read: perhaps the node has another version";
        }
        return null;
    }

    private static byte[] Bytes(NodeReport report) =>
        JsonSerializer.SerializeToUtf8Bytes(report, ClusterJson.Default.NodeReport);
}

/// <summary>Writes and reads what nodes tell each other, and events, in one line.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(NodeReport))]
[JsonSerializable(typeof(NodeEvent))]
internal sealed partial class ClusterJson : JsonSerializerContext;
