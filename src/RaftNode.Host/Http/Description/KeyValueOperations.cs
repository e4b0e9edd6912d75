using System.Net.Mime;

namespace RaftNode.Host.Http.Description;

/// <summary>The description of <see cref="KeyValueEndpoints"/> and <see cref="WatchEndpoints"/>.</summary>
internal static class KeyValueOperations
{
    private const string Tag = "Keys and values";

    private static readonly Parameter Key = new("key", ParameterPlace.Path,
        "The key: everything that follows /kv/, percent-decoded, as UTF-8. Slashes are part of the key. A key has at "
            + "least 1 byte and at most raftnode.http.max-key-bytes, no segment . or .., and no NUL character.")
    {
        Example = "greeting",
    };

    private static readonly Parameter IfMatch = new("If-Match", ParameterPlace.Header,
        "One or more ETags, or *. The request is done only if the value has one of these versions, or with * if the "
            + "key has a value.")
    {
        Example = "\"61\"",
    };

    private static readonly Parameter IfNoneMatch = new("If-None-Match", ParameterPlace.Header,
        "Only * is possible. The request is done only if the key has no value.")
    {
        Example = "*",
    };

    private static readonly Parameter IdempotencyKey = new("Idempotency-Key", ParameterPlace.Header,
        "\"SESSION-NUMBER\": the number of a session that POST /sessions opened, a hyphen, and a number from 1 on for "
            + "this write alone. A write that is sent again with the same key is not done again, and gets the same "
            + "answer.")
    {
        Example = "\"4294967313-1\"",
    };

    private static readonly Parameter Consistency = new("consistency", ParameterPlace.Query,
        "linearizable is the default. lease saves a round of messages if lease reads are enabled. stale answers at "
            + "once what this node has applied.")
    {
        Values = ["linearizable", "lease", "stale"],
    };

    private static readonly Parameter MaxStaleness = new("max-staleness", ParameterPlace.Query,
        "How old the state may be, in milliseconds. Goes with consistency=stale only.")
    {
        Kind = ValueKind.Number,
    };

    private static readonly AnswerHeader InGroup = new("Raft-Group",
        "The group that has the key. Only a node with several groups sends it.", ValueKind.Number)
    {
        IsAlwaysThere = false,
    };

    private static readonly AnswerHeader ETag = new("ETag",
        "The version: the index of the log entry that wrote or deleted the value, in quotes. After a restore or a "
            + "recovery it also names the identity of the group.");

    private static readonly AnswerHeader AppliedIndex = new("Raft-Applied-Index",
        "The index of the last log entry that the answer reflects.", ValueKind.Number);

    private static readonly AnswerHeader Location = new("Location", "The path of the key.");

    private static readonly Body Value =
        new("The value: any bytes, at most raftnode.http.max-value-bytes, and possibly none.");

    private static readonly ProblemType[] OfKeyWrites =
    [
        .. ProblemTypes.OfWrites, ProblemTypes.PeerSilent, ProblemTypes.SessionExpired, ProblemTypes.ResponseForgotten,
    ];

    public static readonly Operation List = new("listKeys", Tag, "Lists the keys that have a value, a page at a time.")
    {
        Parameters =
        [
            new Parameter("prefix", ParameterPlace.Query, "Only keys that begin like this are listed."),
            new Parameter("after", ParameterPlace.Query,
                "The last key of the page before. Only keys after it are listed."),
            new Parameter("limit", ParameterPlace.Query, "How many keys a page has at most: 1 to 1000, by default 100.")
            {
                Kind = ValueKind.Number,
            },
            Parameter.Group("Without it, the keys of all groups are listed, one group after the other."),
            Consistency,
            MaxStaleness,
        ],
        Answers =
        [
            new Answer(200, "The keys.", MediaTypeNames.Application.Json, typeof(KeysDocument))
            {
                Headers = [new AnswerHeader("Cache-Control", "Always no-store.")],
            },
        ],
        Problems = [.. ProblemTypes.OfReads, ProblemTypes.TooStale],
    };

    public static readonly Operation Get = new("getValue", Tag, "Reads the value of a key.",
        "The read is linearizable: it reflects every write that any node acknowledged before the request was sent. The "
            + "parameter consistency chooses another kind of read.")
    {
        Parameters =
        [
            Key,
            Consistency,
            MaxStaleness,
            IfMatch,
            new Parameter("If-None-Match", ParameterPlace.Header,
                "ETags or *. The answer is 304 if the value has one of these versions."),
        ],
        Answers =
        [
            new Answer(200, "The value.", MediaTypeNames.Application.Octet) { Headers = [ETag, AppliedIndex, InGroup] },
            new Answer(304, "The value has a version that If-None-Match names.")
            {
                Headers = [ETag, AppliedIndex, InGroup],
            },
        ],
        Problems =
        [
            .. ProblemTypes.OfReads, ProblemTypes.NotFound, ProblemTypes.ConditionFailed, ProblemTypes.TooStale,
        ],
    };

    public static readonly Operation Put = new("putValue", Tag, "Creates or replaces the value of a key.")
    {
        Parameters = [Key, IfMatch, IfNoneMatch, IdempotencyKey],
        Body = Value,
        Answers =
        [
            new Answer(201, "The key had no value, and has this one now.") { Headers = [ETag, Location, InGroup] },
            new Answer(204, "The value was replaced.") { Headers = [ETag, InGroup] },
        ],
        Problems = [.. OfKeyWrites, ProblemTypes.ConditionFailed, ProblemTypes.TooLarge],
    };

    public static readonly Operation Post = new("createValue", Tag, "Creates the value of a key that has none.",
        "The request takes no condition.")
    {
        Parameters = [Key, IdempotencyKey],
        Body = Value,
        Answers = [new Answer(201, "The key has this value now.") { Headers = [ETag, Location, InGroup] }],
        Problems = [.. OfKeyWrites, ProblemTypes.Exists, ProblemTypes.ConditionFailed, ProblemTypes.TooLarge],
    };

    public static readonly Operation Delete = new("deleteValue", Tag, "Deletes the value of a key.")
    {
        Parameters = [Key, IfMatch, IfNoneMatch, IdempotencyKey],
        Answers = [new Answer(204, "The key has no value any more.") { Headers = [ETag, InGroup] }],
        Problems = [.. OfKeyWrites, ProblemTypes.NotFound, ProblemTypes.ConditionFailed],
    };

    public static readonly Operation Watch = new("watch", Tag, "Sends the changes of keys as server-sent events.",
        "The events come in the order of the log, each once. Their types are put, delete, reset and current. A client "
            + "can resume at any node with Last-Event-ID.")
    {
        Parameters =
        [
            new Parameter("from", ParameterPlace.Query,
                "The index of the first log entry whose changes are sent. The default is the next change."),
            Parameter.Group("The order of changes is that of one group, so it is required there."),
            new Parameter("prefix", ParameterPlace.Query, "Only the changes of keys that begin like this are sent."),
            new Parameter("Last-Event-ID", ParameterPlace.Header,
                "The id of the last event that the client has got. The events after it are sent. Overrides from."),
        ],
        Answers =
        [
            new Answer(200, "The events. The answer ends when the client closes the connection, or the node stops.",
                "text/event-stream")
            {
                Headers = [new AnswerHeader("Cache-Control", "Always no-store.")],
            },
        ],
        Problems = [ProblemTypes.PeerSilent, ProblemTypes.Overloaded],
    };
}
