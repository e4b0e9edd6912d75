using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace RaftActors.Groups;

// The peers of the groups, and the stores of those that are destroyed.
internal sealed partial class GroupManager
{
    // So many groups whose stores are deleted share a write of the catalogue. Fewer of them wait for others no longer
    // than this, and only while other stores are being deleted.
    private const int MostErased = 64;
    private static readonly TimeSpan LongestGathering = TimeSpan.FromMilliseconds(500);

    private readonly Permits _permits;

    // The groups whose supervisors were asked for, in the order of the answers.
    private readonly Queue<ManagedGroup> _starting = new();
    private readonly Queue<ManagedGroup> _toErase = new();
    private readonly Dictionary<IActorRef, ManagedGroup> _actors = [];

    // Problems of settings that were logged, each once, however many groups have them.
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal);
    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);
    private int _erasing;

    // Groups whose stores are deleted, which is yet to be written. Many of them share one write of the catalogue.
    private readonly List<ManagedGroup> _erased = [];

    // ---- Starting

    /// <summary>The settings of a group, with what its kind of state machine changes. Checked as any group's.</summary>
    /// <exception cref="ConfigurationException">The group cannot be started with them.</exception>
    private RaftSettings SettingsOf(CataloguedGroup record)
    {
        var machine = _machines[record.StateMachine];
        var settings = _templates.SettingsOf(record);
        bool isPlain = machine.Configure is null && record.Settings.Length == 0;
        if (machine.Configure is { } configure)
        {
            var changed = configure(settings);
            settings = changed with
            {
                Group = record.Group,
                MemberId = settings.MemberId,
                Incarnation = record.Incarnation,
                JournalPluginId = record.JournalPluginId.Length > 0 ? record.JournalPluginId : changed.JournalPluginId,
                SnapshotPluginId =
                    record.SnapshotPluginId.Length > 0 ? record.SnapshotPluginId : changed.SnapshotPluginId,
            };
        }
        // The checks read the configuration of the actor system. Groups of one template have the same result.
        if (isPlain && !_checked.Add($"{record.Template} {record.JournalPluginId} {record.SnapshotPluginId}"))
            return settings;
        try
        {
            Raft.CheckStart(Context.System, settings, problem =>
            {
                if (_logged.Add(problem))
                    _log.Warning("{0}", problem);
            });
        }
        catch
        {
            _checked.Clear();
            throw;
        }
        return settings;
    }

    private void Start(ManagedGroup group)
    {
        var record = group.Record;
        if (!_machines.TryGetValue(record.StateMachine, out var machine))
        {
            Hold(group, WhyNoMachine(record.StateMachine), RaftGroupFailure.NoStateMachine);
            return;
        }
        RaftSettings settings;
        try
        {
            settings = SettingsOf(record);
        }
        catch (Exception problem)
        {
            _log.Error("The group {0} of the catalogue does not start: {1}", record.Group, problem.Message);
            Hold(group, problem.Message, RaftGroupFailure.Refused);
            return;
        }
        (group.State, group.Problem, group.IsStarting) = (RaftGroupState.Running, "", true);
        _starting.Enqueue(group);
        _peers.Tell(new RaftGroups.StartGroup(settings, () => machine.Create(record.Group)) { Owner = Self });
    }

    private void Hold(ManagedGroup group, string problem, RaftGroupFailure reason)
    {
        (group.State, group.Problem) = (RaftGroupState.Held, problem);
        Answer(group.AwaitStart, Failure(reason, $"The group '{group.Record.Group}' does not start: {problem}"));
    }

    // RaftGroups answers in the order in which it was asked.
    private void OnStarted(object answer)
    {
        var group = _starting.Dequeue();
        group.IsStarting = false;
        if (answer is IActorRef supervisor)
        {
            group.Supervisor = supervisor;
            _actors[supervisor] = group;
            Answer(group.AwaitStart, supervisor);
        }
        else if (group.State == RaftGroupState.Running)
        {
            bool ends = answer is RaftGroups.SystemEnds;
            Hold(group,
                ends ? SystemEnds : "The application has started a peer of a group with that name on this node.",
                ends ? RaftGroupFailure.SystemEnds : RaftGroupFailure.Exists);
        }
        if (group.EndIsDurable)
            End(group);
    }

    private void OnTerminated(IActorRef ended)
    {
        if (ended.Equals(_catalogue))
        {
            // It has said why, or it was stopped by an exception, which Akka.NET has logged.
            _catalogue = null;
            OnCatalogueFailed(new Storage.StoreFailure(
                CanWait: true, "The catalogue of this node's groups failed, and the log says why"));
        }
        else if (_actors.Remove(ended, out var group))
        {
            OnEraserStopped(group);
        }
    }

    private void OnPeerStopped(IActorRef supervisor)
    {
        _permits.Return(supervisor);
        if (!_actors.Remove(supervisor, out var group))
            return;
        group.Supervisor = null;
        if (group.EndIsDurable)
            Erase(group);
        else if (group.State != RaftGroupState.Ending)
            group.State = RaftGroupState.Stopped;
    }

    // ---- Destroying

    // It is durable that the group ends. Nothing may write to its store when it is deleted.
    private void End(ManagedGroup group)
    {
        group.EndIsDurable = true;
        if (group.IsStarting)
            return;
        if (group.Supervisor is { } supervisor)
            _peers.Tell(new RaftGroups.StopGroup(supervisor));
        else
            Erase(group);
    }

    private void Erase(ManagedGroup group)
    {
        if (!group.EndIsDurable || group.IsErasing || Find(group.Record) != group)
            return;
        (group.IsErasing, group.IsErased) = (true, false);
        _toErase.Enqueue(group);
        EraseNext();
    }

    private void EraseNext()
    {
        while (_erasing < _templates.ParallelRecoveries && _toErase.TryDequeue(out var group))
        {
            _erasing++;
            var eraser = Context.ActorOf(StoreEraser.Props(group.Record, _templates.Own));
            _actors[Context.Watch(eraser)] = group;
        }
    }

    private void OnErased(CataloguedGroup record, IActorRef eraser)
    {
        Context.Stop(eraser);
        var group = _actors[eraser];
        group.IsErased = true;
        // Without its catalogue this node learns when it reads the catalogue again that the group was ending.
        if (_state is null || Find(record) is null)
            return;
        _erased.Add(group);
        if (_erased.Count == MostErased)
            WriteErased();
        else if (_erased.Count == 1)
            Timers.StartSingleTimer(WriteWhatIsErased.Instance, WriteWhatIsErased.Instance, LongestGathering);
    }

    private void WriteErased()
    {
        Timers.Cancel(WriteWhatIsErased.Instance);
        foreach (var group in _erased)
            Write(new GroupEnded(group.Record.Group, group.Record.Incarnation));
        _erased.Clear();
    }

    private void OnEraseFailed(CataloguedGroup record, string problem)
    {
        if (Find(record) is not { } group)
            return;
        if (group.Failures++ == 0)
            _log.Warning("The destruction of the group {0} does not go on; it is tried again. {1}", record.Group,
                problem);
        group.Problem = problem;
        Timers.StartSingleTimer(record.Incarnation, new EraseAgain(group),
            Backoff.After(group.Failures, _templates.Own, _random));
    }

    private void OnEraserStopped(ManagedGroup group)
    {
        group.IsErasing = false;
        _erasing--;
        if (!group.IsErased && !Timers.IsTimerActive(group.Record.Incarnation))
            OnEraseFailed(group.Record, "What deletes its store failed, and the log says why.");
        // While the catalogue could not be used, nobody wrote that the store is deleted.
        if (group.IsErased && !_erased.Contains(group) && _state?.Find(group.Record.Group) is { IsEnding: true })
            Erase(group);
        EraseNext();
        if (_erasing == 0)
            WriteErased();
    }

    private sealed record EraseAgain(ManagedGroup Group);

    private sealed record WriteWhatIsErased
    {
        public static readonly WriteWhatIsErased Instance = new();
    }
}
