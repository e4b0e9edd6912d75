using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Reads;

namespace RaftActors.Requests;

/// <summary>
/// What an actor told a peer that does not lead: a proposal, a read or a transfer of the leadership. The request knows
/// who is due the answer, and which.
/// </summary>
internal abstract class ForwardedRequest
{
    private ForwardedRequest()
    {
    }

    /// <summary>The number under which the request was sent.</summary>
    public long Id { get; set; }

    /// <summary>Where the request was sent.</summary>
    public string? SentTo { get; set; }

    /// <summary>When the request is overdue.</summary>
    public TimeSpan Deadline { get; set; }

    /// <summary>The bytes of its command.</summary>
    public virtual int Bytes => 0;

    /// <summary>Whether the request may be sent again when nobody says what became of it.</summary>
    public virtual bool IsRepeatable => true;

    /// <summary>
    /// Whether the peer that led still answers the request when its leadership has ended. The request may be for that,
    /// or may bring it about.
    /// </summary>
    public virtual bool OutlivesLeadership => false;

    /// <summary>Answers the request as the leader has answered.</summary>
    public abstract void Answer(IAnswers answers, ForwardReply reply);

    /// <summary>Answers that the request failed, and why.</summary>
    public abstract void Fail(IAnswers answers, FailureReason reason, string message);

    /// <summary>Answers that nobody will say what became of the request.</summary>
    /// <param name="answers">The way of the answer.</param>
    /// <param name="why">Why nobody will, in a sentence.</param>
    public void FailUnanswered(IAnswers answers, string why)
    {
        if (IsRepeatable)
            Fail(answers, FailureReason.NoLeader, $"{why} Ask again.");
        else
            Fail(answers, FailureReason.OutcomeUnknown, $"{why} The command may or may not be in the log.");
    }

    /// <summary>A proposal. Sent again, it might become a second entry.</summary>
    public sealed class Proposal(ProposedEntry entry, Proposer proposer) : ForwardedRequest
    {
        /// <summary>What is to become an entry.</summary>
        public ProposedEntry Entry { get; } = entry;

        /// <summary>Who is due the answer.</summary>
        public Proposer Proposer { get; } = proposer;

        public override int Bytes => Entry.Payload.Size;

        public override bool IsRepeatable => false;

        public override bool OutlivesLeadership => Entry.Kind == EntryKind.Configuration;

        /// <summary>The message to the leader.</summary>
        public ForwardProposal ToMessage(PeerHeader header) => new(header, Id, Entry.Payload, Entry.ReplyWhenAppended)
        {
            Kind = Entry.Kind,
            Session = Entry.Session,
            Trace = Proposer.Trace,
        };

        public override void Answer(IAnswers answers, ForwardReply reply)
        {
            object? response;
            try
            {
                response = answers.Decode(reply.Response);
            }
            catch (Exception problem)
            {
                string message = $"It was done, but the response cannot be deserialized here: {problem.Message}";
                Fail(answers, FailureReason.StateMachineFailed, message);
                return;
            }
            Proposer.Answer(answers, reply.Index, reply.EntryTerm, response);
        }

        public override void Fail(IAnswers answers, FailureReason reason, string message) =>
            Proposer.Fail(answers, reason, message);
    }

    /// <summary>A read, of which the leader only learns that there is one. This peer answers it itself.</summary>
    public sealed class Read(PendingQuery query) : ForwardedRequest
    {
        /// <summary>The query.</summary>
        public PendingQuery Query { get; } = query;

        // A leader names an index, by a ReadIndexReply. It was never told the query.
        public override void Answer(IAnswers answers, ForwardReply reply) =>
            FailUnanswered(answers, $"{reply.Header.MemberId} did not name an index.");

        public override void Fail(IAnswers answers, FailureReason reason, string message) =>
            Query.Fail(answers, reason, message);
    }

    /// <summary>A transfer of the leadership.</summary>
    public sealed class Transfer(string? target, IActorRef sender, long correlationId) : ForwardedRequest
    {
        /// <summary>The member that is to lead; <c>null</c> for any.</summary>
        public string? Target { get; } = target;

        /// <summary>Who is due the answer.</summary>
        public TransferRequest Request { get; } = new TransferRequest.OfActor(sender, correlationId);

        public override bool OutlivesLeadership => true;

        /// <summary>The message to the leader.</summary>
        public ForwardTransfer ToMessage(PeerHeader header) => new(header, Id, Target ?? "");

        public override void Answer(IAnswers answers, ForwardReply reply)
        {
            string peer = reply.Header.MemberId;
            if (reply.Leader is { } leader)
                Request.Answer(answers, leader, reply.EntryTerm);
            else
                Fail(answers, FailureReason.TransferTimedOut, $"{peer} answered without naming the leader.");
        }

        public override void Fail(IAnswers answers, FailureReason reason, string message) =>
            Request.Fail(answers, reason, message);
    }
}
