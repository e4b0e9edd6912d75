using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>
/// Tells after an <c>await</c> in a spec have the same sender as those before it: the continuations run on the thread pool, each within the
/// cell of the test actor.
/// </summary>
internal sealed class ImplicitSenderContext : SynchronizationContext
{
    private readonly ActorCell? _cell;

    public ImplicitSenderContext(ActorCell? cell) => _cell = cell;

    public override SynchronizationContext CreateCopy() => new ImplicitSenderContext(_cell);

    public override void Post(SendOrPostCallback d, object? state) =>
        ThreadPool.UnsafeQueueUserWorkItem(static work => work.Context.Run(work.Callback, work.State), (Context: this, Callback: d, State: state), preferLocal: false);

    public override void Send(SendOrPostCallback d, object? state) => Run(d, state);

    private void Run(SendOrPostCallback callback, object? state)
    {
        var outerContext = Current;
        var outerCell = ActorCell.Current;
        SetSynchronizationContext(this);
        ActorCell.Current = _cell;
        try
        {
            callback(state);
        }
        finally
        {
            ActorCell.Current = outerCell;
            SetSynchronizationContext(outerContext);
        }
    }
}
