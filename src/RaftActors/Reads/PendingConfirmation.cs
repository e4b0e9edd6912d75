using Akka.Actor;
using RaftActors.Client;
using RaftActors.Protocol;
using RaftActors.Requests;

namespace RaftActors.Reads;

/// <summary>
/// A read that a leader answers as soon as a majority has confirmed that it still leads. The read does not wait for the
/// state machine.
/// </summary>
internal abstract class PendingConfirmation
{
    private PendingConfirmation()
    {
    }

    /// <summary>Answers that this peer still led after the read came.</summary>
    /// <param name="answers">How the read is answered.</param>
    /// <param name="index">An index that was committed at that time.</param>
    public abstract void Answer(IAnswers answers, long index);

    /// <summary>Answers that the read failed, and why.</summary>
    public abstract void Fail(IAnswers answers, FailureReason reason, string message);

    /// <summary>Reads of another peer. That peer answers them once it has applied the index.</summary>
    public sealed class OfPeer(ReadIndex request) : PendingConfirmation
    {
        public override void Answer(IAnswers answers, long index) => Reply(answers, null, "", index);

        public override void Fail(IAnswers answers, FailureReason reason, string message) =>
            Reply(answers, reason, message, 0);

        private void Reply(IAnswers answers, FailureReason? failure, string message, long index)
        {
            var asker = request.Header;
            var header = answers.Header(asker.StoreId);
            answers.Send(asker.Address, new ReadIndexReply(header, request.RequestIds, failure, message, index));
        }
    }

    /// <summary>A question of an actor on this node whether the peer leads.</summary>
    /// <param name="sender">The actor.</param>
    /// <param name="correlationId">The actor's number for the question.</param>
    public sealed class OfLeadership(IActorRef sender, long correlationId) : PendingConfirmation
    {
        public override void Answer(IAnswers answers, long index) =>
            answers.Tell(sender, new LeadershipConfirmed(answers.Term, answers.Leading!.FirstIndex, correlationId));

        public override void Fail(IAnswers answers, FailureReason reason, string message) =>
            answers.Tell(sender, new QueryFailed(reason, message, answers.Leader, correlationId));
    }
}
