using Akka.Actor;
using RaftActors.Log;
using RaftActors.Sessions;

namespace RaftActors.StateMachines;

/// <summary>Committed entries for the state machine, in order.</summary>
internal sealed record ApplyEntries(LogEntry[] Entries) : INoSerializationVerificationNeeded;

/// <summary>The state machine has applied everything up to an index; the responses are those of the last entries, one each.</summary>
/// <param name="Machine">Which state machine it is.</param>
/// <param name="LastIndex">The last index applied.</param>
/// <param name="Responses">The responses; an <see cref="EntryOutcome"/> for a command that the state machine was not given.</param>
/// <param name="OpenSessions">How many client sessions are open.</param>
internal sealed record EntriesApplied(int Machine, long LastIndex, object?[] Responses, int OpenSessions) : INoSerializationVerificationNeeded;

/// <summary>A question for the state machine: as it was told, or a <see cref="Payload"/>.</summary>
internal sealed record AskQuery(object Request) : INoSerializationVerificationNeeded;

/// <summary>Its answer; answers come in the order of the questions.</summary>
internal sealed record QueryAnswered(int Machine, object? Result, string? Failure, long AppliedIndex) : INoSerializationVerificationNeeded;

/// <summary>
/// Runs the user's state machine, away from the peer: a slow command delays no heartbeat. An exception from applying a command stops the actor; the peer starts another, which is given
/// everything from the beginning.
/// </summary>
internal sealed class StateMachineActor : UntypedActor
{
    private readonly Func<IStateMachine> _create;
    private readonly int _number;
    private IStateMachine _machine = null!;
    private SessionedStateMachine _sessioned = null!;
    private long _appliedIndex;

    public StateMachineActor(Func<IStateMachine> create, int number)
    {
        _create = create;
        _number = number;
    }

    public static Props Props(Func<IStateMachine> create, int number) => Akka.Actor.Props.Create(() => new StateMachineActor(create, number));

    protected override void PreStart()
    {
        _machine = _create();
        _sessioned = new SessionedStateMachine(_machine, Context.System.Serialization);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ApplyEntries apply:
                Apply(apply.Entries);
                break;
            case AskQuery ask:
                Sender.Tell(Answer(ask.Request), Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Apply(LogEntry[] entries)
    {
        if (entries[0].Index != _appliedIndex + 1)
            throw new InvariantViolationException($"Entry {entries[0].Index} would be applied after entry {_appliedIndex}.");
        var responses = new object?[entries.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            responses[i] = _sessioned.Apply(entries[i]);
            _appliedIndex = entries[i].Index;
        }
        Sender.Tell(new EntriesApplied(_number, _appliedIndex, responses, _sessioned.Sessions.Count), Self);
    }

    private QueryAnswered Answer(object request)
    {
        try
        {
            object decoded = request is Payload payload ? Payloads.Decode(Context.System.Serialization, payload) : request;
            return new QueryAnswered(_number, _machine.Query(decoded), null, _appliedIndex);
        }
        catch (Exception problem)
        {
            return new QueryAnswered(_number, null, problem.Message, _appliedIndex);
        }
    }
}
