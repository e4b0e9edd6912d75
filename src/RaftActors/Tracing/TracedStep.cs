using System.Diagnostics;

namespace RaftActors.Tracing;

/// <summary>A step of a request that has spans. <see cref="RaftTraces"/> lists the steps.</summary>
/// <param name="Name">The name of the spans.</param>
/// <param name="Kind">
/// The kind of the spans. A step that is <see cref="ActivityKind.Internal"/> is <see cref="ActivityKind.Server"/> where
/// another node asked for it.
/// </param>
/// <param name="Tags">The tags of the spans, besides those of each span.</param>
/// <param name="Description">What a span lasts from, and what until.</param>
internal sealed record TracedStep(string Name, ActivityKind Kind, string[] Tags, string Description);
