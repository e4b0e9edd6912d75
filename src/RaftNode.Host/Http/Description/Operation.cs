using Microsoft.AspNetCore.Builder;

namespace RaftNode.Host.Http.Description;

/// <summary>
/// What the description of a node's HTTP (docs/openapi.json) says of an endpoint. It is metadata of the endpoint.
/// </summary>
/// <param name="Id">A name that no other operation has. A client generator makes a method of this name.</param>
/// <param name="Tag">The part of the description that the operation is in.</param>
/// <param name="Summary">What the operation does, in a short sentence.</param>
/// <param name="Details">What a client must also know.</param>
internal sealed record Operation(string Id, string Tag, string Summary, string Details = "")
{
    /// <summary>The parameters of the path and the query, and the headers of the request.</summary>
    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    /// <summary>The body of the request; <c>null</c> for none.</summary>
    public Body? Body { get; init; }

    /// <summary>The answers that are no problem documents.</summary>
    public required IReadOnlyList<Answer> Answers { get; init; }

    /// <summary>The problems that an answer can have, besides those that every request can have.</summary>
    public IReadOnlyList<ProblemType> Problems { get; init; } = [];
}

/// <summary>A parameter of a request.</summary>
/// <param name="Name">The name of the parameter.</param>
/// <param name="Place">Where the parameter is.</param>
/// <param name="Meaning">What the parameter means.</param>
internal sealed record Parameter(string Name, ParameterPlace Place, string Meaning)
{
    /// <summary>The kind of the value.</summary>
    public ValueKind Kind { get; init; } = ValueKind.Text;

    /// <summary>The only values that are possible; empty if others are possible.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>An example of a value.</summary>
    public string Example { get; init; } = "";

    /// <summary>The parameter that names one of the groups.</summary>
    /// <param name="otherwise">What happens without it on a node with several groups.</param>
    public static Parameter Group(string otherwise = "Required there.") => new("group", ParameterPlace.Query,
        $"The number of the group, from 0, on a node with several groups (raftnode.groups). {otherwise}")
    {
        Kind = ValueKind.Number,
    };
}

/// <summary>Where a parameter is.</summary>
internal enum ParameterPlace
{
    /// <summary>A part of the path.</summary>
    Path,

    /// <summary>In the query.</summary>
    Query,

    /// <summary>A header.</summary>
    Header,
}

/// <summary>The kind of a value in a parameter or a header.</summary>
internal enum ValueKind
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A whole number, not negative.</summary>
    Number,
}

/// <summary>The body of a request.</summary>
/// <param name="Meaning">What the body means.</param>
/// <param name="Document">The JSON document; <c>null</c> for bytes of any kind.</param>
internal sealed record Body(string Meaning, Type? Document = null)
{
    /// <summary>An example of the document, in JSON.</summary>
    public string Example { get; init; } = "";
}

/// <summary>A header of an answer.</summary>
/// <param name="Name">The name of the header.</param>
/// <param name="Meaning">What the header means.</param>
/// <param name="Kind">The kind of the value.</param>
internal sealed record AnswerHeader(string Name, string Meaning, ValueKind Kind = ValueKind.Text)
{
    /// <summary>Whether every answer of that status has the header.</summary>
    public bool IsAlwaysThere { get; init; } = true;
}

/// <summary>An answer that is no problem document.</summary>
/// <param name="Status">The status.</param>
/// <param name="Meaning">What the answer means.</param>
/// <param name="ContentType">The type of the body; empty if there is none.</param>
/// <param name="Document">The JSON document; <c>null</c> for bytes or text.</param>
internal sealed record Answer(int Status, string Meaning, string ContentType = "", Type? Document = null)
{
    /// <summary>The headers of the answer.</summary>
    public IReadOnlyList<AnswerHeader> Headers { get; init; } = [];
}

/// <summary>A kind of problem document.</summary>
/// <param name="Status">The status of the answer.</param>
/// <param name="Name">The end of the <c>type</c>, such as not-found.</param>
/// <param name="Meaning">What the problem means, and what to do.</param>
internal sealed record ProblemType(int Status, string Name, string Meaning)
{
    /// <summary>The headers of the answer.</summary>
    public IReadOnlyList<AnswerHeader> Headers { get; init; } = [];
}

/// <summary>Gives endpoints their description.</summary>
internal static class DescribedEndpoints
{
    /// <summary>Describes an endpoint.</summary>
    public static IEndpointConventionBuilder Describe(this IEndpointConventionBuilder endpoint, Operation operation) =>
        endpoint.WithMetadata(operation);
}
