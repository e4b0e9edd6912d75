using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

/// <summary>Runs the steps of an asynchronous handler inside its actor, while the actor's other messages wait.</summary>
public class ActorTaskScheduler : TaskScheduler
{
    private readonly ActorCell _cell;

    internal ActorTaskScheduler(ActorCell cell) => _cell = cell;

    /// <summary>The message whose handler is under way.</summary>
    public object? CurrentMessage { get; private set; }

    public override int MaximumConcurrencyLevel => 1;

    public static void RunTask(Action action) => RunTask(() =>
    {
        action();
        return Task.CompletedTask;
    });

    /// <summary>The actor handles no other message until the task is done; if it fails, so does the actor.</summary>
    public static void RunTask(Func<Task> asyncAction)
    {
        var cell = ActorCell.Current ?? throw new InvalidOperationException("RunTask must be called from an actor context.");
        cell.Mailbox.Suspend();
        var scheduler = cell.TaskScheduler;
        scheduler.CurrentMessage = cell.CurrentMessage;
        Task.Factory.StartNew(asyncAction, CancellationToken.None, TaskCreationOptions.None, scheduler)
            .Unwrap()
            .ContinueWith(scheduler.Finished, CancellationToken.None, TaskContinuationOptions.None, scheduler);
    }

    internal void RunNow(Task task) => TryExecuteTask(task);

    protected override IEnumerable<Task>? GetScheduledTasks() => null;

    protected override void QueueTask(Task task)
    {
        if (ReferenceEquals(ActorCell.Current, _cell) && (task.CreationOptions & TaskCreationOptions.LongRunning) == 0)
            TryExecuteTask(task);
        else
            _cell.SendSystemMessage(new ActorTaskStep(this, task, CurrentMessage, null));
    }

    // Inside the actor a task runs when it is queued.
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    private void Finished(Task task)
    {
        if (task.IsCompletedSuccessfully)
            _cell.AsyncHandlerFinished();
        else
            _cell.SendSystemMessage(new ActorTaskStep(this, null, CurrentMessage, FailureOf(task)));
        CurrentMessage = null;
    }

    private static Exception FailureOf(Task task) => task.Exception switch
    {
        null => new TaskCanceledException(),
        { InnerExceptions: [var only] } => only,
        var several => several,
    };
}
