using System.Net.Mime;

namespace RaftNode.Host.Http.Description;

/// <summary>The description of <see cref="SessionEndpoints"/>.</summary>
internal static class SessionOperations
{
    private const string Tag = "Sessions";
    private const string Json = MediaTypeNames.Application.Json;

    private static readonly Parameter Id =
        new("id", ParameterPlace.Path, "The number of the session, which POST /sessions answered.")
        {
            Kind = ValueKind.Number,
            Example = "4294967313",
        };

    public static readonly Operation Open = new("openSession", Tag, "Opens a session for writes that are done once.",
        "The client numbers its writes in the session from 1 on, and sends session and number as Idempotency-Key.")
    {
        Parameters =
        [
            new Parameter("key", ParameterPlace.Query,
                "A key that is to be written in the session, on a node with several groups (raftnode.groups). A "
                    + "session is for the keys of one group."),
            Parameter.Group("There, key or group is required."),
        ],
        Answers = [new Answer(201, "The session.", Json, typeof(SessionDocument))],
        Problems = ProblemTypes.OfWrites,
    };

    public static readonly Operation KeepAlive = new("keepSessionAlive", Tag, "Keeps a session alive without a write.")
    {
        Parameters = [Id],
        Answers = [new Answer(204, "The session lives for another timeoutSeconds.")],
        Problems = [.. ProblemTypes.OfWrites, ProblemTypes.SessionExpired],
    };

    public static readonly Operation Close = new("closeSession", Tag, "Closes a session.",
        "A session that does not exist counts as closed.")
    {
        Parameters = [Id],
        Answers = [new Answer(204, "The session is closed.")],
        Problems = ProblemTypes.OfWrites,
    };
}
