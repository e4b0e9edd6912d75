using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using RaftActors.Client;

using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// The problem bodies (RFC 9457) of a node. <c>type</c> is <c>urn:raftnode:</c> and a name. For a write that was not
/// done as asked, <c>outcome</c> is <c>not-done</c>, or <c>unknown</c> if the write may have been done or may still be
/// done.
/// </summary>
internal static class Problems
{
    /// <summary>The <c>type</c> of a problem body for a store that cannot be used.</summary>
    public const string StoreUnavailableType = $"{TypePrefix}store-unavailable";

    /// <summary>The <c>type</c> of the problem of a node that another node does not reach.</summary>
    public const string UnreachableType = $"{TypePrefix}unreachable";

    /// <summary>The <c>type</c> of the problem that scheduled backups fail. Only a status has it.</summary>
    public const string BackupFailedType = $"{TypePrefix}backup-failed";

    /// <summary>The <c>type</c> of a problem body for a peer that does not answer.</summary>
    public const string PeerSilentType = $"{TypePrefix}peer-silent";

    private const string TypePrefix = "urn:raftnode:";
    private const string NotDone = "not-done";
    private const string Unknown = "unknown";

    /// <summary>The request cannot be answered.</summary>
    public static ProblemHttpResult BadRequest(string detail) =>
        Make(StatusCodes.Status400BadRequest, "bad-request", "Bad request", detail, NotDone);

    /// <summary>Nobody knows who the client is.</summary>
    public static ProblemHttpResult Unauthorized(string detail) => Make(
        StatusCodes.Status401Unauthorized, "unauthorized", "The client is not known", detail, NotDone);

    /// <summary>The client may not do this.</summary>
    public static ProblemHttpResult Forbidden(string detail) =>
        Make(StatusCodes.Status403Forbidden, "forbidden", "The client may not do this", detail, NotDone);

    /// <summary>The key has no value.</summary>
    public static ProblemHttpResult NotFound() =>
        Make(StatusCodes.Status404NotFound, "not-found", "Not found", "The key has no value.", NotDone);

    /// <summary>Nobody holds a lease.</summary>
    /// <param name="name">The lease.</param>
    /// <param name="token">The token that the lease was to have; 0 for any.</param>
    public static ProblemHttpResult NoLease(string name, long token = 0) => Make(
        StatusCodes.Status404NotFound, "not-found", "Nobody holds the lease",
        token == 0
            ? $"Nobody holds the lease '{name}': it was never acquired, was released, or its time is over."
            : $"Nobody holds the lease '{name}' with token {token}: that lease was released, or its time is over.",
        NotDone);

    /// <summary>Another holds a lease.</summary>
    /// <param name="name">The lease.</param>
    /// <param name="holder">Who holds it.</param>
    public static ProblemHttpResult LeaseHeld(string name, LeaseDocument holder) => Make(
        StatusCodes.Status409Conflict, "lease-held", "Another holds the lease",
        $"{Holds(holder)} the lease '{name}', with token {holder.Token}, for another "
        + string.Create(CultureInfo.InvariantCulture, $"{holder.SecondsLeft:0.###} s unless it is renewed."),
        NotDone);

    /// <summary>A lease that was to be renewed is not held any more.</summary>
    /// <param name="name">The lease.</param>
    /// <param name="token">The token that it had.</param>
    /// <param name="holder">Who holds it now; <c>null</c> for nobody.</param>
    public static ProblemHttpResult LeaseLost(string name, long token, LeaseDocument? holder) => Make(
        StatusCodes.Status409Conflict, "lease-lost", "The lease is lost",
        $"The lease '{name}' with token {token} is lost: "
        + (holder is null ? "nobody holds it now." : $"{Holds(holder)} it now, with token {holder.Token}.")
        + " Stop what it protects. Without a token the lease can be acquired again.",
        NotDone);

    private static string Holds(LeaseDocument holder) => $"'{holder.Owner}' holds";

    /// <summary>The key was to be created but has a value.</summary>
    public static ProblemHttpResult Exists() =>
        Make(StatusCodes.Status409Conflict, "exists", "The key exists", "The key has a value already; PUT replaces it.",
            NotDone);

    /// <summary>The condition of the request does not hold.</summary>
    /// <param name="present">The ETag of the key's value; empty if the key has none.</param>
    /// <param name="why">Why no value satisfies the condition; empty if one could.</param>
    public static ProblemHttpResult ConditionFailed(string present, string why = "")
    {
        var state = present.Length > 0 ? $"The key's value has the ETag {present}." : "The key has no value.";
        return Make(
            StatusCodes.Status412PreconditionFailed, "condition-failed", "The condition does not hold",
            why.Length > 0 ? $"{why} {state}" : state, NotDone);
    }

    /// <summary>No resource has this path.</summary>
    /// <param name="target">The path and query of the request, as they were sent.</param>
    public static ProblemHttpResult NoSuchPath(string target)
    {
        var path = target.Split('?')[0];
        var dots = path.Split('/').Any(static segment => Uri.UnescapeDataString(segment) is "." or "..")
            ? " The segments . and .. of a URL lead to another path, so that no key can have them."
            : "";
        return Make(
            StatusCodes.Status404NotFound, "not-found", "Not found", $"There is nothing at {path}.{dots}", NotDone);
    }

    /// <summary>The resource does not have this method.</summary>
    /// <param name="method">The method.</param>
    /// <param name="allowed">The methods that the resource has, as in the header <c>Allow</c>.</param>
    public static ProblemHttpResult NotAllowed(string method, string allowed) => Make(
        StatusCodes.Status405MethodNotAllowed, "method-not-allowed", "The method is not allowed",
        $"{method} is not possible here. The possible methods are {allowed}.", NotDone);

    /// <summary>A web page of another site has sent the request.</summary>
    /// <param name="origin">What the browser says of where the request comes from.</param>
    public static ProblemHttpResult CrossSite(string origin) => Make(
        StatusCodes.Status403Forbidden, "cross-site", "The request comes from another site",
        $"A web page of another site must not change anything here, and the browser says: {origin}. Use the page that "
        + "this node serves, or a client that is no browser.", NotDone);

    /// <summary>The request is not HTTP that the server accepts.</summary>
    public static ProblemHttpResult Malformed(int status, string detail) =>
        Make(status, "bad-request", "The request is not well-formed", detail, NotDone);

    /// <summary>The node failed. The request may have been done.</summary>
    public static ProblemHttpResult Internal() => Make(
        StatusCodes.Status500InternalServerError, "internal", "The node failed", "See the node's log.", Unknown);

    /// <summary>The members are not those that the change was made for, whichever they are.</summary>
    /// <param name="why">Why.</param>
    /// <param name="present">The ETag of the present configuration.</param>
    public static ProblemHttpResult MembersNeverMatch(string why, string present) => Make(
        StatusCodes.Status412PreconditionFailed, "members-changed", "The members have changed",
        $"{why} The present configuration has the ETag {present}.", NotDone);

    /// <summary>The value is too large.</summary>
    public static ProblemHttpResult TooLarge(int limit) =>
        Make(StatusCodes.Status413PayloadTooLarge, "too-large", "The value is too large",
            $"The limit is {limit} bytes.", NotDone);

    /// <summary>Too much is under way.</summary>
    public static ProblemHttpResult Overloaded(string detail) =>
        Make(StatusCodes.Status503ServiceUnavailable, "overloaded", "Overloaded", detail, NotDone);

    /// <summary>Too many requests are watching.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="key">The setting that gives the limit.</param>
    public static ProblemHttpResult TooManyWatchers(int limit, string key) =>
        Make(StatusCodes.Status503ServiceUnavailable, "overloaded", "Overloaded",
        $"{limit} requests watch, the most that {key} allows. Try another node.", null);

    /// <summary>The node's peer does not answer.</summary>
    public static ProblemHttpResult PeerSilent(string detail) =>
        Make(StatusCodes.Status503ServiceUnavailable, "peer-silent", "The node is not ready", detail, null);

    /// <summary>The node's peer cannot use its journal or snapshot store at the moment. It tries again.</summary>
    public static ProblemHttpResult StoreUnavailable(string detail) =>
        Make(StatusCodes.Status503ServiceUnavailable, "store-unavailable", "The node's store cannot be used", detail,
            null);

    /// <summary>The node's peer runs and has a problem.</summary>
    public static ProblemHttpResult NotReady(PeerProblem problem) =>
        Make(StatusCodes.Status503ServiceUnavailable, Name(problem.Kind), "The node is not ready", problem.Reason,
            null);

    /// <summary>The node's peers run, and some have a problem.</summary>
    public static ProblemHttpResult NotReady(ProblemDocument problem) => Make(StatusCodes.Status503ServiceUnavailable,
        problem.Type[TypePrefix.Length..], "The node is not ready", problem.Detail, null);

    /// <summary>
    /// The name of a problem at the end of the <c>type</c> of a problem body: "OtherGroup" as "other-group".
    /// </summary>
    public static string Name(PeerProblemKind kind) =>
        string.Concat(kind.ToString().Select(static (c, i) => char.IsAsciiLetterUpper(c) && i > 0 ? $"-{c}" : $"{c}"))
            .ToLowerInvariant();

    /// <summary>The <c>type</c> of a problem body for a problem of the node's peer.</summary>
    public static string TypeOf(PeerProblemKind kind) => TypeOf(Name(kind));

    /// <summary>The <c>type</c> of a problem body.</summary>
    public static string TypeOf(string name) => TypePrefix + name;

    /// <summary>No snapshot was taken.</summary>
    public static ProblemHttpResult NoSnapshot(string detail) =>
        Make(StatusCodes.Status503ServiceUnavailable, "no-snapshot", "There is no new snapshot", detail, null);

    /// <summary>No backup can be made.</summary>
    public static ProblemHttpResult NoBackup(string detail) =>
        Make(StatusCodes.Status503ServiceUnavailable, "no-backup", "There is no backup", detail, null);

    /// <summary>A write failed.</summary>
    public static ProblemHttpResult Of(ProposalFailed failed, int limit) =>
        Of(failed.Reason, failed.Message, limit, isWrite: true);

    /// <summary>A read failed.</summary>
    /// <param name="failed">The failure.</param>
    /// <param name="isWrite">Whether the request was a write, which was then not done.</param>
    public static ProblemHttpResult Of(QueryFailed failed, bool isWrite = false) =>
        Of(failed.Reason, failed.Message, 0, isWrite);

    /// <summary>A command before a read failed, one that changes nothing that matters: nothing was read.</summary>
    public static ProblemHttpResult OfRead(ProposalFailed failed) => failed.Reason == FailureReason.OutcomeUnknown
        ? Of(FailureReason.NoLeader, failed.Message, 0, isWrite: false)
        : Of(failed.Reason, failed.Message, 0, isWrite: false);

    /// <summary>A transfer of leadership failed.</summary>
    public static ProblemHttpResult Of(TransferFailed failed) => failed.Reason switch
    {
        FailureReason.InvalidTarget => BadRequest(failed.Message),
        FailureReason.TransferInProgress =>
            Make(StatusCodes.Status409Conflict, "transfer-in-progress", "The leadership is being transferred",
                failed.Message, null),
        FailureReason.TransferTimedOut =>
            Make(StatusCodes.Status503ServiceUnavailable, "not-transferred", "The leadership was not transferred",
                failed.Message, null),
        _ => Of(failed.Reason, failed.Message, 0, isWrite: false),
    };

    private static ProblemHttpResult Of(FailureReason reason, string message, int limit, bool isWrite) => reason switch
    {
        FailureReason.NoLeader or FailureReason.NotLeader =>
            Make(StatusCodes.Status503ServiceUnavailable, "no-leader", "No leader", message, isWrite ? NotDone : null),
        FailureReason.Overloaded =>
            Make(StatusCodes.Status503ServiceUnavailable, "overloaded", "Overloaded", message,
                isWrite ? NotDone : null),
        FailureReason.TooLarge => TooLarge(limit),
        FailureReason.TooStale =>
            Make(StatusCodes.Status503ServiceUnavailable, "too-stale", "The node's state is too old", message, null),
        FailureReason.OutcomeUnknown =>
            Make(StatusCodes.Status504GatewayTimeout, "outcome-unknown", "Nobody can say whether the write was done",
                message, Unknown),
        FailureReason.InvalidMembers => BadRequest(message),
        FailureReason.MembersChanged =>
            Make(StatusCodes.Status412PreconditionFailed, "members-changed", "The members have changed", message,
                NotDone),
        FailureReason.ChangeUnderWay =>
            Make(StatusCodes.Status503ServiceUnavailable, "change-under-way", "Another change is under way", message,
                NotDone),
        FailureReason.NotCaughtUp =>
            Make(StatusCodes.Status409Conflict, "not-caught-up", "A member does not catch up", message, NotDone),
        FailureReason.ForeignGroup =>
            Make(StatusCodes.Status409Conflict, "other-group", "The member is of another group", message, NotDone),
        FailureReason.SessionExpired =>
            Make(StatusCodes.Status410Gone, "session-expired", "There is no such session", message,
                isWrite ? Unknown : null),
        FailureReason.ResponseForgotten =>
            Make(StatusCodes.Status410Gone, "response-forgotten", "The answer is no longer known", message,
                isWrite ? Unknown : null),
        FailureReason.StateMachineFailed =>
            Make(StatusCodes.Status500InternalServerError, "no-response", "The answer was lost", message,
                isWrite ? Unknown : null),
        _ => Make(StatusCodes.Status500InternalServerError, "internal", "The node failed", message,
            isWrite ? NotDone : null),
    };

    private static ProblemHttpResult Make(int status, string type, string title, string detail, string? outcome) =>
        TypedResults.Problem(detail, statusCode: status,
        title: title, type: TypePrefix + type,
        extensions: outcome is null ? null : new Dictionary<string, object?> { ["outcome"] = outcome });

    /// <summary>A problem as a part of another document.</summary>
    public static ProblemDocument Document(ProblemHttpResult problem) =>
        new(problem.ProblemDetails.Type ?? "", problem.ProblemDetails.Detail ?? "");

    /// <summary>Writes a problem. Adds Retry-After if trying again makes sense.</summary>
    public static Task WriteAsync(HttpContext context, ProblemHttpResult problem)
    {
        HostMetrics.Problems.Add(1, new KeyValuePair<string, object?>("problem", problem.ProblemDetails.Type));
        if (problem.StatusCode == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        return problem.ExecuteAsync(context);
    }
}
