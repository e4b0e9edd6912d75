namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>
/// What happens to the bytes that one node sends to another, whichever of the two made the connection.
/// </summary>
internal sealed class Link
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _open = Completed();

    /// <summary>How much later than they were sent bytes arrive.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>
    /// From now on nothing arrives. As with a real network, what was sent is not lost as long as the connection lives:
    /// it arrives when the link is healed.
    /// </summary>
    public void Cut()
    {
        lock (_lock)
        {
            if (_open.Task.IsCompleted)
                _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Everything arrives, at once.</summary>
    public void Heal()
    {
        Delay = TimeSpan.Zero;
        lock (_lock)
            _open.TrySetResult();
    }

    /// <summary>Completes when bytes that were sent now may arrive.</summary>
    public async Task PassAsync(CancellationToken broken)
    {
        if (Delay > TimeSpan.Zero)
            await Task.Delay(Delay, broken);
        Task open;
        lock (_lock)
            open = _open.Task;
        await open.WaitAsync(broken);
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        source.SetResult();
        return source;
    }
}
