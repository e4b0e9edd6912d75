using System.Globalization;
using System.Text;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.TestKit;

/// <summary>Writes down what the state machine of a peer is given, and passes it on.</summary>
internal sealed class RecordingStateMachine : IStateMachine
{
    private readonly PeerProcess _process;
    private readonly IStateMachine? _inner;
    private readonly List<AppliedCommand> _log = [];

    public RecordingStateMachine(PeerProcess process, IStateMachine? inner)
    {
        _process = process;
        _inner = inner;
        process.Began(_log, inner);
    }

    public object? Apply(LogEntry entry, object command)
    {
        var applied = new AppliedCommand(entry.Index, entry.Term, entry.Time, command, entry.Payload);
        _process.Applies(_log, applied);
        _log.Add(applied);
        return _inner?.Apply(entry, command);
    }

    public object? Query(object request) => _inner is null ? Encoding.UTF8.GetBytes(_log.Count.ToString(CultureInfo.InvariantCulture)) : _inner.Query(request);
}
