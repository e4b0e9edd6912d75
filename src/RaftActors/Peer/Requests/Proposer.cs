using System.Diagnostics;
using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Protocol;
using RaftActors.Tracing;

namespace RaftActors.Requests;

/// <summary>
/// Who is due the one answer to a proposal: an actor that told this peer, or a peer that forwarded what it was told.
/// </summary>
internal readonly struct Proposer
{
    private readonly PeerHeader? _peer;
    private readonly long _id;
    private readonly Activity? _span;

    /// <summary>An actor that told this peer.</summary>
    public Proposer(IActorRef actor, long correlationId, Activity? span = null)
    {
        Actor = actor;
        _id = correlationId;
        _span = span;
    }

    /// <summary>A peer that forwarded.</summary>
    public Proposer(PeerHeader peer, long requestId, Activity? span = null)
    {
        _peer = peer;
        _id = requestId;
        _span = span;
    }

    /// <summary>The actor, unless a peer forwarded.</summary>
    public IActorRef? Actor { get; }

    /// <summary>The span that ends with the answer; <c>null</c> if none is recorded.</summary>
    public TraceContext? Trace => TraceContext.Of(_span);

    /// <summary>
    /// What goes to the next leader instead of an answer; <c>null</c> when a peer forwarded, which does that itself.
    /// </summary>
    public ForwardedRequest? Forwarded(ProposedEntry entry) =>
        Actor is null ? null : new ForwardedRequest.Proposal(entry, this);

    /// <summary>Answers that the entry is in the log.</summary>
    /// <param name="answers">The way of the answer.</param>
    /// <param name="index">The index of the entry.</param>
    /// <param name="term">The term of the entry.</param>
    /// <param name="response">The response of the state machine.</param>
    public void Answer(IAnswers answers, long index, long term, object? response)
    {
        Payload? payload = null;
        if (Actor is null && !answers.TryEncode(response, out payload, out string problem))
        {
            FailUnsendable(answers, problem);
            return;
        }
        RaftTraces.End(_span, index, term);
        if (Actor is { } actor)
            answers.Tell(actor, new Proposed(index, term, response, _id));
        else
            Reply(answers, null, "", index, term, payload);
    }

    /// <summary>Answers that the proposal failed, and why.</summary>
    public void Fail(IAnswers answers, FailureReason reason, string message)
    {
        RaftTraces.Fail(_span, reason, message);
        if (Actor is not { } actor)
        {
            Reply(answers, reason, message, 0, 0, null);
            return;
        }
        answers.Metrics.Failed("proposal", reason);
        answers.Tell(actor, new ProposalFailed(reason, message, answers.Leader, _id));
    }

    private void FailUnsendable(IAnswers answers, string problem) => Fail(
        answers,
        FailureReason.StateMachineFailed,
        $"The command was applied, but its response cannot be sent: {problem}");

    private void Reply(
        IAnswers answers, FailureReason? failure, string message, long index, long term, Payload? response)
    {
        var peer = _peer!;
        var header = answers.Header(peer.StoreId);
        var reply = new ForwardReply(header, _id, failure, message, answers.Leader, index, term, response);
        answers.Send(peer.Address, reply);
    }
}
