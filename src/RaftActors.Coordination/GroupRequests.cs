using Akka.Actor;
using Akka.Coordination;
using Google.Protobuf;
using RaftActors.Client;

namespace RaftActors.Coordination;

/// <summary>What a <see cref="LeaseKeeper"/> asks of its group, and the answers.</summary>
/// <remarks>
/// The client's commands are in a session, and the client tries again until each command is answered. So a command and
/// its retry are applied once, and the keeper learns the outcome even if the caller has given up.
/// </remarks>
/// <param name="context">The keeper's context.</param>
/// <param name="group">The group.</param>
internal sealed class GroupRequests(IActorContext context, LeaseGroup group)
{
    private const int MostWaiting = 65536;

    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<long, Action<object>> _answers = [];
    private readonly List<LeaseKeeper.Ask> _asked = [];
    private IActorRef? _client;
    private long _lastCorrelation;

    /// <summary>Whether the keeper has a client of the group.</summary>
    public bool IsConnected => _client is not null;

    /// <summary>Starts the client of the group.</summary>
    /// <param name="settings">How the group is reached.</param>
    /// <param name="dispatcher">The dispatcher of the client.</param>
    public void Connect(RaftClientSettings settings, string dispatcher)
    {
        var own = settings with
        {
            Deadline = TimeSpan.MaxValue,
            MaxWaiting = MostWaiting,
            RetryBackoffMax = settings.RetryBackoffMax < LongestBackoff ? settings.RetryBackoffMax : LongestBackoff,
            RetryBackoffMin = settings.RetryBackoffMin < LongestBackoff ? settings.RetryBackoffMin : LongestBackoff,
        };
        _client = context.ActorOf(RaftClient.Props(own).WithDispatcher(dispatcher), "client");
    }

    /// <summary>Asks what an operator has asked before there was a client.</summary>
    public void AskWhatWaits()
    {
        foreach (var ask in _asked)
            Ask(ask);
        _asked.Clear();
    }

    /// <summary>Sends a command to the group.</summary>
    /// <param name="command">The command.</param>
    /// <param name="answered">
    /// Called with the answer. <see cref="ReplyIn"/> and <see cref="ProblemIn"/> read it.
    /// </param>
    public void Propose(Wire.Command command, Action<object> answered) =>
        Send(new Propose(command.ToByteArray()), answered);

    /// <summary>Asks the group what an operator asks. Without a client, the question waits.</summary>
    public void Ask(LeaseKeeper.Ask ask)
    {
        if (_client is null)
        {
            _asked.Add(ask);
            return;
        }
        Send(ask.Message, answer =>
        {
            if (answer is Proposed or QueryResult)
                ask.Task.TrySetResult(answer);
            else
                ask.Task.TrySetException(new LeaseException($"The lease group '{group.Name}': {ProblemIn(answer)}"));
        });
    }

    /// <summary>Called with an answer of the client.</summary>
    public void Answer(long correlationId, object answer)
    {
        if (_answers.Remove(correlationId, out var answered))
            answered(answer);
    }

    /// <summary>Answers everything that waits: the keeper stops.</summary>
    public void FailAll(string why)
    {
        foreach (var answered in _answers.Values.ToList())
            answered(new ProposalFailed(FailureReason.OutcomeUnknown, why, null, 0));
        foreach (var ask in _asked)
            ask.Task.TrySetException(new LeaseException(why));
    }

    /// <summary>The reply of the group's state machine; <c>null</c> if there is none.</summary>
    public static Wire.Reply? ReplyIn(object answer) =>
        answer is Proposed { Response: byte[] bytes } ? Wire.Reply.Parser.ParseFrom(bytes) : null;

    /// <summary>Why an answer has no reply that can be used.</summary>
    public static string ProblemIn(object answer) => answer switch
    {
        ProposalFailed failed => $"{failed.Reason}: {failed.Message}",
        QueryFailed failed => $"{failed.Reason}: {failed.Message}",
        _ => "It is no lease group: its state machine answers otherwise.",
    };

    private void Send(object message, Action<object> answered)
    {
        long id = ++_lastCorrelation;
        _answers.Add(id, answered);
        _client!.Tell(
            message is Query query ? query with { CorrelationId = id } : (Propose)message with { CorrelationId = id },
            context.Self);
    }
}
