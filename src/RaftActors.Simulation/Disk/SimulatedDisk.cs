using RaftActors.Simulation.World;
using RaftActors.TestKit.Journals;

namespace RaftActors.Simulation.Disk;

/// <summary>How the next write goes wrong.</summary>
internal enum WriteFailure
{
    /// <summary>It is reported as failed, and was not done.</summary>
    NotDone,

    /// <summary>It is reported as failed, but was done.</summary>
    DoneAllTheSame,

    /// <summary>The journal refuses it.</summary>
    Rejected,
}

/// <summary>What a failed request is told.</summary>
/// <param name="message">What.</param>
internal sealed class SimulatedDiskException(string message) : IOException(message);

/// <summary>
/// A disk: requests are done one after the other, each in its time; a write is there, as a whole, when its request is done. When the process dies, some of the writes that it still waits
/// for have been done, in order, and the others never are.
/// </summary>
internal sealed class SimulatedDisk(SimulatedWorld world, Random random)
{
    private readonly Queue<Request> _requests = new();
    private TimeSpan _stalledUntil;

    /// <summary>What is stored.</summary>
    public InMemoryStore Store { get; } = new();

    /// <summary>The shortest time that a request takes.</summary>
    public TimeSpan MinLatency { get; set; } = TimeSpan.FromMilliseconds(0.1);

    /// <summary>The longest.</summary>
    public TimeSpan MaxLatency { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>How the next write goes wrong, if it does.</summary>
    public WriteFailure? NextFailure { get; set; }

    /// <summary>How the next snapshot write goes wrong, if it does.</summary>
    public WriteFailure? NextSnapshotFailure { get; set; }

    /// <summary>Nothing is done before this time.</summary>
    public void Stall(TimeSpan time) => _stalledUntil = world.Now + time;

    /// <summary>No longer stalled, nor about to fail.</summary>
    public void Recover()
    {
        _stalledUntil = TimeSpan.Zero;
        NextFailure = NextSnapshotFailure = null;
        if (_requests.TryPeek(out var head))
            world.Schedule(TimeSpan.Zero, () => Finish(head));
    }

    /// <summary>Reads.</summary>
    public void Read(Action done) => Enqueue(new Request(null, _ => done(), false));

    /// <summary>Writes.</summary>
    /// <param name="effect">Puts what is written into the store.</param>
    /// <param name="done">Told how it went; <c>null</c> for well.</param>
    /// <param name="isSnapshot">Whether it fails with <see cref="NextSnapshotFailure"/> rather than <see cref="NextFailure"/>.</param>
    public void Write(Action effect, Action<WriteFailure?> done, bool isSnapshot = false) => Enqueue(new Request(effect, done, isSnapshot));

    /// <summary>The process that made the requests is dead.</summary>
    public void ProcessDied()
    {
        int done = random.Next(_requests.Count + 1);
        foreach (var request in _requests.Take(done))
            request.Effect?.Invoke();
        _requests.Clear();
    }

    private void Enqueue(Request request)
    {
        _requests.Enqueue(request);
        if (_requests.Count == 1)
            Begin(request);
    }

    private void Begin(Request request) => world.Schedule(MinLatency + ((MaxLatency - MinLatency) * random.NextDouble()), () => Finish(request));

    private void Finish(Request request)
    {
        if (!_requests.TryPeek(out var head) || head != request)
            return;
        if (world.Now < _stalledUntil)
        {
            world.Schedule(_stalledUntil - world.Now, () => Finish(request));
            return;
        }
        _requests.Dequeue();
        if (_requests.TryPeek(out var next))
            Begin(next);
        var failure = request.Effect is null ? null : TakeFailure(request.IsSnapshot);
        if (failure is null or WriteFailure.DoneAllTheSame)
            request.Effect?.Invoke();
        request.Done(failure);
    }

    private WriteFailure? TakeFailure(bool isSnapshot)
    {
        var failure = isSnapshot ? NextSnapshotFailure : NextFailure;
        if (isSnapshot)
            NextSnapshotFailure = null;
        else
            NextFailure = null;
        return failure;
    }

    private sealed class Request(Action? effect, Action<WriteFailure?> done, bool isSnapshot)
    {
        public Action? Effect => effect;

        public Action<WriteFailure?> Done => done;

        public bool IsSnapshot => isSnapshot;
    }
}
