using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;

namespace RaftActors.Runtime.Tests.Persistence;

/// <summary>A journal in memory that does with a write what the test says.</summary>
internal sealed class ControlledJournal : MemoryJournal
{
    private Controls _controls = new();

    public static Controls Of(ActorSystem system)
    {
        var controls = new Controls();
        Akka.Persistence.Persistence.Instance.Apply(system).JournalFor(null).Tell(controls);
        return controls;
    }

    protected internal override bool AroundReceive(Receive receive, object message)
    {
        if (message is Controls controls)
        {
            _controls = controls;
            return true;
        }
        var received = base.AroundReceive(receive, message);
        if (message is ReplayMessages)
            _controls.ReplayAsked.TrySetResult();
        return received;
    }

    protected override async Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        var writes = messages.ToList();
        var controls = _controls;
        var rejections = controls.Reject is { } reject ? writes.Select(write => reject(write)).ToImmutableList() : null;
        lock (controls.Batches)
            controls.Batches.Add([.. writes.Select(write => write.Size)]);
        controls.WriteAsked.TrySetResult();
        await controls.Before();
        var written = rejections is null ? writes : writes.Where((_, i) => rejections[i] is null);
        await base.WriteMessagesAsync(written);
        return rejections;
    }

    public override async Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        await _controls.BeforeReplay();
        await base.ReplayMessagesAsync(context, persistenceId, fromSequenceNr, toSequenceNr, max, recoveryCallback);
    }

    internal sealed class Controls
    {
        public TaskCompletionSource WriteAsked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource ReplayAsked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The sizes of the atomic writes of each batch.</summary>
        public List<List<int>> Batches { get; } = [];

        /// <summary>A write waits for it, and fails with it.</summary>
        public Func<Task> Before { get; set; } = () => Task.CompletedTask;

        /// <summary>A replay waits for it.</summary>
        public Func<Task> BeforeReplay { get; set; } = () => Task.CompletedTask;

        public Func<AtomicWrite, Exception?>? Reject { get; set; }
    }
}
