using Akka.Actor;
using RaftActors.Client;
using RaftActors.Requests;

namespace RaftActors.Reads;

/// <summary>A query that waits for its answer.</summary>
/// <param name="Sender">The actor that asked.</param>
/// <param name="CorrelationId">The sender's number for the query.</param>
/// <param name="Request">
/// The query as its sender sent it, or a <see cref="Log.Payload"/> from a client on another node.
/// </param>
internal readonly record struct PendingQuery(IActorRef Sender, long CorrelationId, object Request)
{
    /// <summary>Answers the query.</summary>
    /// <param name="answers">How the query is answered.</param>
    /// <param name="result">The state machine's answer.</param>
    /// <param name="appliedIndex">The index of the last entry that the state machine had applied.</param>
    public void Answer(IAnswers answers, object? result, long appliedIndex) =>
        answers.Tell(Sender, new QueryResult(result, appliedIndex, CorrelationId));

    /// <summary>Answers that the query failed, and why.</summary>
    public void Fail(IAnswers answers, FailureReason reason, string message)
    {
        answers.Metrics.Failed("query", reason);
        answers.Tell(Sender, new QueryFailed(reason, message, answers.Leader, CorrelationId));
    }

    /// <summary>Answers that the query failed, and why.</summary>
    public void Fail(IAnswers answers, (FailureReason Reason, string Message) why) =>
        Fail(answers, why.Reason, why.Message);
}
