using Akka.Actor;
using Akka.Coordination;

namespace RaftActors.Coordination;

/// <summary>What somebody waits for who has called a lease. It is answered in time, whatever happens.</summary>
internal sealed class LeaseRequest
{
    private readonly TaskCompletionSource<bool> _task;
    private readonly Cancelable _timeout;
    private readonly CancellationTokenRegistration _ended;
    private readonly Func<Exception>? _onTimeout;

    /// <summary>Begins to wait.</summary>
    /// <param name="scheduler">Says when the time is over.</param>
    /// <param name="timeout">The time.</param>
    /// <param name="continueInline">
    /// Whether whoever awaits the task goes on within the actor that answers: for virtual time.
    /// </param>
    /// <param name="ended">Cancelled when nobody answers any more, since the actor system ends.</param>
    /// <param name="onTimeout">
    /// What the task fails with when the time is over; <c>null</c> for the answer <c>false</c>.
    /// </param>
    public LeaseRequest(IAdvancedScheduler scheduler, TimeSpan timeout, bool continueInline, CancellationToken ended,
        Func<Exception>? onTimeout)
    {
        _task = new TaskCompletionSource<bool>(
            continueInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
        _onTimeout = onTimeout;
        _timeout = new Cancelable(scheduler);
        _ended = ended.UnsafeRegister(static state => ((LeaseRequest)state!).Fail("The actor system ends."), this);
        try
        {
            scheduler.ScheduleOnce(timeout, OnTimeout, _timeout);
        }
        catch (Exception stopped) when (stopped is SchedulerException or InvalidOperationException)
        {
            Fail("The actor system has ended.");
        }
    }

    public Task<bool> Task => _task.Task;

    public bool IsDone => _task.Task.IsCompleted;

    /// <summary>Gives the answer.</summary>
    /// <returns>Whether somebody still waited for it.</returns>
    public bool Answer(bool answer) => Done(_task.TrySetResult(answer));

    /// <summary>There is no answer: an acquisition fails, and a release says that it does not know.</summary>
    public bool Fail(string why) =>
        Done(_onTimeout is null ? _task.TrySetResult(false) : _task.TrySetException(new LeaseException(why)));

    private void OnTimeout() =>
        Done(_onTimeout is null ? _task.TrySetResult(false) : _task.TrySetException(_onTimeout()));

    private bool Done(bool first)
    {
        if (first)
        {
            _ended.Unregister();
            _timeout.Cancel();
        }
        return first;
    }
}
