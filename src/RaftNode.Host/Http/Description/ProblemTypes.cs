namespace RaftNode.Host.Http.Description;

/// <summary>The problem documents of a node, as its description names them.</summary>
internal static class ProblemTypes
{
    private static readonly AnswerHeader RetryAfter =
        new("Retry-After", "The number of seconds after which it makes sense to try again.", ValueKind.Number);

    private static readonly AnswerHeader PresentTag =
        new("ETag", "The present version, if there is one.") { IsAlwaysThere = false };

    public static readonly ProblemType BadRequest = new(400, "bad-request", "Correct the request: detail says how.");

    public static readonly ProblemType Unauthorized =
        new(401, "unauthorized", "The node does not know the client. Send a token: detail says what is missing.")
        {
            Headers = [new AnswerHeader("WWW-Authenticate", "How a client says who it is: Bearer.")],
        };

    public static readonly ProblemType Forbidden =
        new(403, "forbidden", "The client does not have the role that the request needs.");

    public static readonly ProblemType CrossSite =
        new(403, "cross-site", "A browser sent the request for a page of another site.");

    public static readonly ProblemType NotFound = new(404, "not-found", "The key has no value.");

    public static readonly ProblemType NoLease = new(404, "not-found", "Nobody holds the lease.");

    public static readonly ProblemType NoSuchPath = new(404, "not-found", "There is nothing at this path.");

    public static readonly ProblemType MethodNotAllowed =
        new(405, "method-not-allowed", "This path does not have this method.")
        {
            Headers = [new AnswerHeader("Allow", "The methods that this path has.")],
        };

    public static readonly ProblemType Exists =
        new(409, "exists", "The key has a value already. PUT replaces it.") { Headers = [PresentTag] };

    public static readonly ProblemType LeaseHeld =
        new(409, "lease-held", "Another owner holds the lease: detail says who, and for how long.");

    public static readonly ProblemType LeaseLost =
        new(409, "lease-lost", "The lease that was to be renewed is over. Stop what the lease protects.");

    public static readonly ProblemType NotCaughtUp = new(409, "not-caught-up",
        "A new voter was silent or too slow. It is a learner now, and the voters are as they were.");

    public static readonly ProblemType ForeignMember =
        new(409, "other-group", "The data directory of a new voter belongs to another group.");

    public static readonly ProblemType TransferInProgress =
        new(409, "transfer-in-progress", "Another transfer of the leadership is under way.");

    public static readonly ProblemType SessionExpired = new(410, "session-expired",
        "There is no such session: it has expired, or was closed. Nobody can say whether an earlier attempt was done. "
            + "Open another session.");

    public static readonly ProblemType ResponseForgotten = new(410, "response-forgotten",
        "The answer to this number is no longer known. Nothing was done now.");

    public static readonly ProblemType ConditionFailed =
        new(412, "condition-failed", "The condition does not hold. Read the value again.") { Headers = [PresentTag] };

    public static readonly ProblemType MembersChanged =
        new(412, "members-changed", "The members have changed. Read them again.") { Headers = [PresentTag] };

    public static readonly ProblemType TooLarge =
        new(413, "too-large", "The value is too large: detail says the limit.");

    public static readonly ProblemType Internal = new(500, "internal", "The node failed. Its log says why.");

    public static readonly ProblemType NoResponse =
        new(500, "no-response", "The command was done, but its answer was lost. The node log says why.");

    public static readonly ProblemType NoLeader =
        Wait("no-leader", "No leader was found in time. Nothing was done. Try again, here or at another node.");

    public static readonly ProblemType LeaderUnknown =
        Wait("no-leader", "The node has known no leader for some time: detail says who is missing.");

    public static readonly ProblemType Overloaded =
        Wait("overloaded", "A limit was reached. Nothing was done. Try again later, or at another node.");

    public static readonly ProblemType PeerSilent =
        Wait("peer-silent", "The node is not ready, or has just started. Nothing was done.");

    public static readonly ProblemType StoreUnavailable =
        Wait("store-unavailable", "The node cannot use its journal or snapshot store, and tries again.");

    public static readonly ProblemType TooStale = Wait("too-stale",
        "The state of this node may be older than max-staleness. Ask another node, or read without the bound.");

    public static readonly ProblemType NotTransferred =
        Wait("not-transferred", "The member did not take over the leadership. The leader goes on.");

    public static readonly ProblemType NoSnapshot = Wait("no-snapshot", "No snapshot was taken: detail says why.");

    public static readonly ProblemType NoBackup =
        Wait("no-backup", "This node cannot make a backup: detail says why. Another node may be able to.");

    public static readonly ProblemType ChangeUnderWay =
        Wait("change-under-way", "Another change of the members is under way.");

    public static readonly ProblemType Behind =
        Wait("behind", "The node has not applied entries that the group committed more than 3 s ago.");

    public static readonly ProblemType OtherGroup =
        Wait("other-group", "The node's store belongs to another group than the members that it meets.");

    public static readonly ProblemType StoreInUse =
        Wait("store-in-use", "Another node runs with the same store: one of the two has a copy of the other's disk.");

    public static readonly ProblemType StoreSetBack =
        Wait("store-set-back", "The node's store no longer has what it had confirmed.");

    public static readonly ProblemType ReplicaDiffers = Wait("replica-differs",
        "The node's state differs from that of a majority and is built again, or no majority agrees.");

    public static readonly ProblemType OutcomeUnknown = new(504, "outcome-unknown",
        "Nobody can say whether the write was done, or will still be done. Read the value, or write the same again.");

    /// <summary>The problems that the answer to every request can have.</summary>
    public static readonly IReadOnlyList<ProblemType> OfAll = [BadRequest, Internal];

    /// <summary>The problems of a request to the group that changes nothing.</summary>
    public static readonly IReadOnlyList<ProblemType> OfReads = [NoLeader, Overloaded, NoResponse];

    /// <summary>The problems of a request to the group that writes.</summary>
    public static readonly IReadOnlyList<ProblemType> OfWrites = [NoLeader, Overloaded, NoResponse, OutcomeUnknown];

    /// <summary>
    /// The problems of requests that the server itself refuses. They are not answers of an operation, because the
    /// server does not know which operation is meant.
    /// </summary>
    public static readonly IReadOnlyList<ProblemType> OfServer =
    [
        CrossSite,
        NoSuchPath,
        MethodNotAllowed,
        new(408, "bad-request", "The request took too long to arrive."),
        new(411, "bad-request", "The request has no Content-Length, and needs one."),
        new(413, "bad-request", "The body of the request is too large."),
        new(414, "bad-request", "The path and the query are too long."),
        new(431, "bad-request", "The headers are too long, or there are too many."),
        new(505, "bad-request", "The server does not know this version of HTTP."),
    ];

    private static ProblemType Wait(string name, string meaning) => new(503, name, meaning) { Headers = [RetryAfter] };
}
