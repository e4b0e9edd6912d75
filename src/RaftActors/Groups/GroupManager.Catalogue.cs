using Akka.Actor;
using Akka.Event;
using RaftActors.Protocol;
using RaftActors.Storage;

namespace RaftActors.Groups;

// The catalogue: what was read and what is written. The state in memory has every event that was told to the journal,
// durable or not. After a failure nobody knows which events became durable, so the catalogue is read again.
internal sealed partial class GroupManager
{
    private IActorRef? _catalogue;

    // What the catalogue says once all that was told to it is durable; null while it is not read.
    private CatalogueState? _state;

    // Why the catalogue cannot be used; null if it can, or if it is being read for the first time.
    private Status.Failure? _refusal;
    private int _failures;

    private void ReadCatalogue()
    {
        try
        {
            StorePlugins.Start(Context.System, _templates.Own);
        }
        catch (Akka.Configuration.ConfigurationException problem)
        {
            OnCatalogueFailed(new StoreFailure(CanWait: false, problem.Message));
            return;
        }
        // Without a name, because the one before it may still be stopping.
        _catalogue = Context.Watch(Context.ActorOf(GroupCatalogue.Props(_templates.Own)));
    }

    private void OnRecovered(CatalogueState state)
    {
        if (_failures > 0)
            _log.Info("The catalogue of this node's groups can be used again.");
        (_state, _refusal, _failures) = (state, null, 0);
        foreach (var record in state.Groups)
            Adopt(record);
        foreach (var gone in _groups.Values.Where(group => state.Find(group.Record.Group) is null).ToList())
            OnGone(gone);
        ReportHeld();
        while (_waiting.TryDequeue(out var waiting))
            OnRequest(waiting.Request, waiting.Sender);
    }

    // A group of the catalogue is here, whether it was known before or not.
    private void Adopt(CataloguedGroup record)
    {
        if (!_groups.TryGetValue(record.Group, out var group))
            _groups.Add(record.Group, group = new ManagedGroup(record));
        if (record.IsEnding)
        {
            group.State = RaftGroupState.Ending;
            End(group);
        }
        else if (group.State == RaftGroupState.Creating)
        {
            Start(group);
        }
        else if (group.State == RaftGroupState.Ending)
        {
            // It was not written that the group ends.
            group.State = group.Supervisor is null ? RaftGroupState.Stopped : RaftGroupState.Running;
        }
    }

    private void ReportHeld()
    {
        foreach (var held in _groups.Values.Where(static group => group.State == RaftGroupState.Held)
            .GroupBy(static group => group.Record.StateMachine))
        {
            if (_machines.ContainsKey(held.Key))
                continue;
            _log.Warning("{0} They wait until it is: {1}.", WhyNoMachine(held.Key),
                string.Join(", ", held.Select(static group => group.Record.Group).Order(StringComparer.Ordinal)));
        }
    }

    private void Write(IRaftMessage @event)
    {
        if (!_state!.Exists)
            Append(_state.Whole());
        Append(@event);
        if (_state.IsLong)
            Append(_state.Whole());
    }

    private void Append(IRaftMessage @event)
    {
        _state!.Apply(@event);
        _catalogue!.Tell(new GroupCatalogue.Append(@event));
    }

    private void OnAppended(IRaftMessage @event)
    {
        switch (@event)
        {
            case GroupCreated { Group: var record } when Find(record) is { } group:
                if (group.State == RaftGroupState.Creating)
                    Start(group);
                else
                    Answer(group.AwaitStart, Failure(RaftGroupFailure.Ending,
                        $"The group '{record.Group}' was destroyed on this node before it had started."));
                break;
            case GroupEnding ending when _groups.GetValueOrDefault(ending.Group) is { } group:
                End(group);
                break;
            case GroupEnded ended when _groups.GetValueOrDefault(ended.Group) is { } group:
                OnGone(group);
                break;
        }
    }

    private ManagedGroup? Find(CataloguedGroup record) =>
        _groups.TryGetValue(record.Group, out var group) && group.Record.Incarnation == record.Incarnation
            ? group
            : null;

    // The group is not in the catalogue: it was destroyed, or it was not written that it was created.
    private void OnGone(ManagedGroup group)
    {
        _groups.Remove(group.Record.Group);
        Answer(group.AwaitEnd, Destroyed.Instance);
        Answer(group.AwaitStart, NotFound(group.Record.Group));
    }

    private void OnCatalogueFailed(StoreFailure failure)
    {
        _state = null;
        _erased.Clear();
        string then = failure.CanWait ? "It is read again until it can be used." : "No group of it is started.";
        _refusal = Failure(
            failure.CanWait ? RaftGroupFailure.CatalogueUnavailable : RaftGroupFailure.CatalogueDamaged,
            $"{failure.Problem.TrimEnd('.')}. {then}");
        if (_failures == 0)
            _log.Error("{0}. {1}", failure.Problem.TrimEnd('.'), then);
        FailWaiting(_refusal);
        FailAll(_refusal);
        if (failure.CanWait)
            Timers.StartSingleTimer(ReadAgain.Instance, ReadAgain.Instance,
                Backoff.After(_failures, _templates.Own, _random));
        _failures++;
        if (_catalogue is { } catalogue)
        {
            _catalogue = null;
            Context.Unwatch(catalogue);
            Context.Stop(catalogue);
        }
    }

    // Nobody knows whether what they asked is done.
    private void FailAll(Status.Failure why)
    {
        foreach (var group in _groups.Values)
        {
            Answer(group.AwaitStart, why);
            Answer(group.AwaitEnd, why);
        }
    }

    private void FailWaiting(Status.Failure why)
    {
        while (_waiting.TryDequeue(out var waiting))
            waiting.Sender.Tell(why);
    }

    private static void Answer(List<IActorRef> waiting, object answer)
    {
        foreach (var sender in waiting)
            sender.Tell(answer);
        waiting.Clear();
    }

    private sealed record ReadAgain
    {
        public static readonly ReadAgain Instance = new();
    }
}
