using Akka.Actor;
using Akka.Coordination;

namespace RaftActors.Coordination;

/// <summary>
/// One call of a lease that waits for its answer. The request always ends: by an answer, a failure or its timeout.
/// </summary>
internal sealed class LeaseRequest
{
    private readonly TaskCompletionSource<bool> _task;
    private readonly Cancelable _timeout;
    private readonly CancellationTokenRegistration _ended;
    private readonly Func<Exception>? _onTimeout;

    /// <summary>Starts the timeout.</summary>
    /// <param name="scheduler">Runs the timeout.</param>
    /// <param name="timeout">After what time the request ends without an answer.</param>
    /// <param name="continueInline">
    /// Whether the code that awaits the task continues inside the actor that answers. Needed for virtual time.
    /// </param>
    /// <param name="ended">Cancelled when the actor system ends and no answer will come.</param>
    /// <param name="onTimeout">
    /// Makes the exception with which the task fails at the timeout; <c>null</c> if the task then answers <c>false</c>.
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
    /// <returns>Whether the caller still waited.</returns>
    public bool Answer(bool answer) => Done(_task.TrySetResult(answer));

    /// <summary>
    /// Ends the request without an answer. An acquisition fails. A release returns <c>false</c>: its outcome is
    /// unknown.
    /// </summary>
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
