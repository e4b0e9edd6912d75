using Akka.Actor;
using Akka.Persistence;

namespace RaftActors.Backups;

/// <summary>
/// Writes to the journal and the snapshot store of a peer that does not run, as the peer would: through the plugins in
/// the actor system's configuration. A writer writes to one store, one write after the other.
/// <see cref="OfflineWriting.RunAsync"/> returns the outcome.
/// </summary>
internal abstract class OfflineWriter : UntypedPersistentActor
{
    private readonly TaskCompletionSource _done;

    protected OfflineWriter(string persistenceId, TaskCompletionSource done)
    {
        PersistenceId = persistenceId;
        _done = done;
    }

    public sealed override string PersistenceId { get; }

    protected override void PreRestart(Exception reason, object message)
    {
        Fail(reason.Message, reason);
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        Fail("The writing was stopped.", null);
        base.PostStop();
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        Fail($"The store cannot be read: {reason.Message}", reason);
        base.OnRecoveryFailure(reason, message);
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Fail($"The journal cannot be written: {cause.Message}", cause);
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Fail($"The journal cannot be written: {cause.Message}", cause);
        base.OnPersistRejected(cause, @event, sequenceNr);
    }

    protected override void OnCommand(object message)
    {
        if (message is SaveSnapshotFailure failure)
            Fail($"The snapshot store cannot be written: {failure.Cause.Message}", failure.Cause);
        else
            Unhandled(message);
    }

    /// <summary>Ends the writer successfully.</summary>
    protected void Succeed() => _done.TrySetResult();

    /// <summary>Ends the writer with a failure.</summary>
    protected void Fail(string problem, Exception? cause) => _done.TrySetException(new IOException(problem, cause));
}

/// <summary>Runs an <see cref="OfflineWriter"/>.</summary>
internal static class OfflineWriting
{
    /// <summary>Runs a writer to its end.</summary>
    /// <exception cref="IOException">The writer failed, or its outcome is unknown. The message says why.</exception>
    public static async Task RunAsync(ActorSystem system, Func<TaskCompletionSource, Props> props)
    {
        InjectedDefaults.EnsureIn(system);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writer = system.ActorOf(props(done));
        try
        {
            await done.Task.ConfigureAwait(false);
        }
        finally
        {
            system.Stop(writer);
        }
    }
}
