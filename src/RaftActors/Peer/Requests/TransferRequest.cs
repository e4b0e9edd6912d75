using Akka.Actor;
using RaftActors.Client;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors.Requests;

/// <summary>A request to transfer the leadership: knows who is due the answer, and which.</summary>
internal abstract class TransferRequest
{
    private TransferRequest()
    {
    }

    /// <summary>Answers that the wanted member leads.</summary>
    public abstract void Answer(IAnswers answers, Member leader, long term);

    /// <summary>Answers that the leadership was not transferred, and why.</summary>
    public abstract void Fail(IAnswers answers, FailureReason reason, string message);

    /// <summary>A request that an actor told this peer.</summary>
    public sealed class OfActor(IActorRef sender, long correlationId) : TransferRequest
    {
        public override void Answer(IAnswers answers, Member leader, long term) =>
            answers.Tell(sender, new LeadershipTransferred(leader, term, correlationId));

        public override void Fail(IAnswers answers, FailureReason reason, string message) =>
            answers.Tell(sender, new TransferFailed(reason, message, answers.Leader, correlationId));
    }

    /// <summary>A request that another peer forwarded.</summary>
    public sealed class OfPeer(PeerHeader peer, long requestId) : TransferRequest
    {
        public override void Answer(IAnswers answers, Member leader, long term) =>
            Reply(answers, null, "", leader, term);

        public override void Fail(IAnswers answers, FailureReason reason, string message) =>
            Reply(answers, reason, message, answers.Leader, 0);

        private void Reply(IAnswers answers, FailureReason? failure, string message, Member? leader, long term)
        {
            var header = answers.Header(peer.StoreId);
            answers.Send(peer.Address, new ForwardReply(header, requestId, failure, message, leader, 0, term, null));
        }
    }

    /// <summary>The request of whoever is about to stop this peer.</summary>
    public sealed class BeforeStop(IActorRef sender) : TransferRequest
    {
        public void Answer(IAnswers answers) => answers.Tell(sender, new ReadyToStop(HasHandedOver: true));

        public override void Answer(IAnswers answers, Member leader, long term) => Answer(answers);

        public override void Fail(IAnswers answers, FailureReason reason, string message) =>
            answers.Tell(sender, new ReadyToStop(HasHandedOver: false));
    }
}
