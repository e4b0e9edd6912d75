using Akka.Serialization;
using Google.Protobuf;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;

namespace RaftActors.Protocol;

/// <summary>
/// Converts between the messages of clients on other nodes and the generated types of raft.proto. Commands and
/// responses are encoded by their own serializers.
/// </summary>
internal static class ClientMapping
{
    public static Wire.ClientProposal ToWire(this Propose m, Serialization serialization) => new()
    {
        CorrelationId = m.CorrelationId,
        Forward = m.Forward,
        Command = Encode(serialization, m.Command)?.ToWire(),
        ReplyWhenAppended = m.ReplyWhen == ReplyWhen.Appended,
        SessionId = m.Session?.SessionId ?? 0,
        Sequence = m.Session?.Sequence ?? 0,
        LowestPending = m.Session?.LowestPending ?? 0,
        Trace = m.Trace?.ToWire(),
    };

    // The command stays encoded, because the peer would only encode it again.
    public static Propose FromWire(this Wire.ClientProposal m) =>
        new(m.Command.FromWire(), m.ReplyWhenAppended ? ReplyWhen.Appended : ReplyWhen.Applied, m.Forward,
            m.CorrelationId)
        {
            Session = (m.SessionId | m.Sequence | m.LowestPending) != 0
                ? new SessionStamp(m.SessionId, m.Sequence, m.LowestPending)
                : null,
            Trace = m.Trace.FromWire(),
        };

    public static Wire.ClientSession ToWire(this OpenSession m) =>
        new() { CorrelationId = m.CorrelationId, Forward = m.Forward, Open = true };

    public static Wire.ClientSession ToWire(this KeepSessionAlive m) =>
        new() { CorrelationId = m.CorrelationId, Forward = m.Forward, SessionId = m.SessionId,
            LowestPending = m.LowestPending };

    public static Wire.ClientSession ToWire(this CloseSession m) =>
        new() { CorrelationId = m.CorrelationId, Forward = m.Forward, SessionId = m.SessionId, Close = true };

    public static IRaftMessage FromWire(this Wire.ClientSession m) =>
        m.Open ? new OpenSession(m.Forward, m.CorrelationId)
        : m.Close ? new CloseSession(m.SessionId, m.Forward, m.CorrelationId)
        : new KeepSessionAlive(m.SessionId, m.LowestPending, m.Forward, m.CorrelationId);

    public static Wire.ClientQuery ToWire(this Query m, Serialization serialization) => new()
    {
        CorrelationId = m.CorrelationId,
        Forward = m.Forward,
        Request = Encode(serialization, m.Request)?.ToWire(),
        Consistency = (int)m.Consistency,
        MaxStaleness = (long?)m.MaxStaleness?.TotalMilliseconds ?? -1,
    };

    public static Query FromWire(this Wire.ClientQuery m) =>
        new(m.Request.FromWire(), (ReadConsistency)m.Consistency, m.Forward, m.CorrelationId)
    {
        MaxStaleness = m.MaxStaleness < 0 ? null : TimeSpan.FromMilliseconds(m.MaxStaleness),
    };

    // If the response cannot be sent to the client, the client must get an answer that says so. Otherwise it would ask
    // again and again.
    public static Wire.ClientAnswer ToWire(this Proposed m, Serialization serialization, long room) =>
        Payloads.TryEncodeResponse(serialization, m.Response, room, out var response, out string problem)
            ? new() { CorrelationId = m.CorrelationId, Index = m.Index, Term = m.Term, Response = response?.ToWire() }
            : Failure(FailureReason.StateMachineFailed,
                $"The command was applied, but its response cannot be sent: {problem}", null, m.CorrelationId);

    public static Wire.ClientAnswer ToWire(this QueryResult m, Serialization serialization, long room) =>
        Payloads.TryEncodeResponse(serialization, m.Result, room, out var response, out string problem)
            ? new() { CorrelationId = m.CorrelationId, Index = m.AppliedIndex, Response = response?.ToWire() }
            : Failure(FailureReason.StateMachineFailed, $"The answer cannot be sent: {problem}", null, m.CorrelationId);

    public static Wire.ClientAnswer ToWire(this ProposalFailed m) =>
        Failure(m.Reason, m.Message, m.Leader, m.CorrelationId);

    public static Wire.ClientAnswer ToWire(this QueryFailed m) =>
        Failure(m.Reason, m.Message, m.Leader, m.CorrelationId);

    public static IRaftMessage ToProposalAnswer(this Wire.ClientAnswer m, Serialization serialization)
    {
        if (m.Failure > 0)
            return new ProposalFailed((FailureReason)(m.Failure - 1), m.Message, Leader(m), m.CorrelationId);
        return TryDecode(serialization, m.Response, out object? response, out string problem)
            ? new Proposed(m.Index, m.Term, response, m.CorrelationId)
            : new ProposalFailed(FailureReason.StateMachineFailed,
                $"The command was applied, but its response cannot be deserialized here: {problem}", null,
                m.CorrelationId);
    }

    public static IRaftMessage ToQueryAnswer(this Wire.ClientAnswer m, Serialization serialization)
    {
        if (m.Failure > 0)
            return new QueryFailed((FailureReason)(m.Failure - 1), m.Message, Leader(m), m.CorrelationId);
        return TryDecode(serialization, m.Response, out object? result, out string problem)
            ? new QueryResult(result, m.Index, m.CorrelationId)
            : new QueryFailed(FailureReason.StateMachineFailed, $"The answer cannot be deserialized here: {problem}",
                null, m.CorrelationId);
    }

    private static Wire.ClientAnswer Failure(FailureReason reason, string message, Member? leader,
        long correlationId) => new()
    {
        CorrelationId = correlationId,
        Failure = 1 + (int)reason,
        Message = message,
        Leader = leader is null ? null : new Wire.Voter { Id = leader.Id, Address = leader.Address },
    };

    private static Member? Leader(Wire.ClientAnswer m) =>
        m.Leader is { } leader ? new Member(leader.Id, leader.Address) : null;

    private static Payload? Encode(Serialization serialization, object? content)
    {
        if (content is null)
            return null;
        return Payloads.TryEncode(serialization, content, out var payload, out string problem)
            ? payload
            : throw new ArgumentException(problem, nameof(content));
    }

    private static bool TryDecode(Serialization serialization, Wire.Payload? payload, out object? content,
        out string problem)
    {
        content = null;
        problem = "";
        try
        {
            content = payload is null ? null : Payloads.Decode(serialization, payload.FromWire());
            return true;
        }
        catch (Exception failure)
        {
            problem = failure.Message;
            return false;
        }
    }
}
