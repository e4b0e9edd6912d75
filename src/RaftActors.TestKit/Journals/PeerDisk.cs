using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Journals;

/// <summary>
/// The disk of a machine. The disk outlives the processes on that machine. It does requests one after the other; each
/// takes its time. A write takes effect as a whole when its request is done. A request whose process died before it was
/// answered may have been done or not.
/// </summary>
internal sealed class PeerDisk(string peerId, VirtualWorld world, Random random)
{
    private readonly Queue<DiskRequest> _waiting = new();
    private readonly Queue<DiskRequest> _heldWrites = new();
    private readonly Queue<(DiskRequest Request, WriteFailure? Failure)> _heldAnswers = new();
    private readonly Dictionary<DiskWork, WriteFailure> _failures = [];
    private DiskRequest? _current;
    private DiskRequest? _scheduled;
    private TimeSpan _stalledUntil;
    private bool _hurries;

    public string PeerId => peerId;

    public VirtualWorld World => world;

    /// <summary>What is stored, unless a plugin stores the data elsewhere.</summary>
    public InMemoryStore Store { get; } = new();

    /// <summary>The shortest time that a request takes.</summary>
    public TimeSpan MinLatency { get; init; } = TimeSpan.FromMilliseconds(0.1);

    /// <summary>The longest time that a request takes.</summary>
    public TimeSpan MaxLatency { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Whether writes wait, as in a cache that was not synced.</summary>
    public bool HoldsWrites { get; private set; }

    /// <summary>Whether writes are done but not answered.</summary>
    public bool HoldsAnswers { get; private set; }

    /// <summary>Whether the process has died. Then no new request is done.</summary>
    public bool IsDead { get; private set; }

    /// <summary>
    /// Called with each event that is stored in <see cref="Store"/>, with its persistence id before and its bytes
    /// after.
    /// </summary>
    public Action<string, object, byte[]>? Written { get; set; }

    /// <summary>Called with the kind of each request when it is made.</summary>
    public Action<DiskWork>? Observe { get; set; }

    public double Draw() => random.NextDouble();

    /// <summary>Lets the next request of some kinds fail.</summary>
    /// <param name="failure">How the request fails.</param>
    /// <param name="of">The kinds of requests.</param>
    public void FailNext(WriteFailure failure, DiskWork of) => _failures[of] = failure;

    /// <summary>Does no request before some time has passed.</summary>
    public void Stall(TimeSpan time) => _stalledUntil = world.Now + time;

    /// <summary>Ends a stall, and forgets the failures that were asked for.</summary>
    public void Recover()
    {
        _stalledUntil = TimeSpan.Zero;
        _failures.Clear();
        if (_waiting.TryPeek(out var head))
            world.Schedule(TimeSpan.Zero, () => Take(head));
    }

    /// <summary>Reads.</summary>
    public void Read(Action done) => Submit(new Request(DiskWork.Read, static () => { }, _ => done()));

    /// <summary>Writes.</summary>
    /// <param name="work">What is written.</param>
    /// <param name="effect">Puts the data into the store.</param>
    /// <param name="done">Called with the outcome; <c>null</c> for success.</param>
    public void Write(DiskWork work, Action effect, Action<WriteFailure?> done) =>
        Submit(new Request(work, effect, done));

    /// <summary>Does a request after the requests before it, in its own time.</summary>
    public void Submit(DiskRequest request)
    {
        if (IsDead)
            return;
        Observe?.Invoke(request.Work);
        _waiting.Enqueue(request);
        Continue();
    }

    /// <summary>
    /// Says whether writes and answers are held from now on. Does or answers those that were held and need not be any
    /// more.
    /// </summary>
    public void Hold(bool writes, bool answers)
    {
        HoldsWrites = writes;
        HoldsAnswers = answers;
        while (!HoldsAnswers && _heldAnswers.TryDequeue(out var held))
            held.Request.Answer(held.Failure);
        Continue();
    }

    /// <summary>Does the writes that were held, and all other requests that wait, without answering them.</summary>
    public void Flush()
    {
        _hurries = true;
        Hold(writes: false, answers: true);
        world.Settle();
        _hurries = false;
    }

    /// <summary>Called when the process dies. The requests that still wait are dropped.</summary>
    /// <param name="someIsDone">Whether some of the requests that wait, in their order, are done all the same.</param>
    public void Die(bool someIsDone = false)
    {
        int done = someIsDone ? random.Next(_waiting.Count + 1) : 0;
        foreach (var request in _waiting.Take(done))
            request.Do(static () => { });
        IsDead = true;
        _waiting.Clear();
        _heldWrites.Clear();
        _heldAnswers.Clear();
        _current = null;
    }

    /// <summary>Called when a new process starts.</summary>
    public void Revive()
    {
        IsDead = false;
        HoldsWrites = false;
        HoldsAnswers = false;
    }

    private void Continue()
    {
        while (_current is null)
        {
            if (!HoldsWrites && _heldWrites.TryDequeue(out var held))
            {
                Do(held);
                continue;
            }
            if (!_waiting.TryPeek(out var head))
                return;
            if (!_hurries)
            {
                Await(head);
                return;
            }
            Do(_waiting.Dequeue());
        }
    }

    private void Await(DiskRequest request)
    {
        if (_scheduled == request)
            return;
        _scheduled = request;
        world.Schedule(MinLatency + ((MaxLatency - MinLatency) * random.NextDouble()), () => Take(request));
    }

    // Does a request when its time has come, unless it was dropped or done before.
    private void Take(DiskRequest request)
    {
        if (_current is not null || !_waiting.TryPeek(out var head) || head != request)
            return;
        if (world.Now < _stalledUntil)
        {
            world.Schedule(_stalledUntil - world.Now, () => Take(request));
            return;
        }
        _waiting.Dequeue();
        if (HoldsWrites && (request.Work & DiskWork.Write) != 0)
            _heldWrites.Enqueue(request);
        else
            Do(request);
        Continue();
    }

    private void Do(DiskRequest request)
    {
        var failure = TakeFailure(request.Work);
        _current = request;
        if (failure is null or WriteFailure.DoneAllTheSame)
            request.Do(() => Done(request, failure));
        else
            Done(request, failure);
    }

    // A plugin may be done in a later turn. Until then no other request is begun.
    private void Done(DiskRequest request, WriteFailure? failure)
    {
        if (_current != request)
            return;
        _current = null;
        if (_heldAnswers.Count > 0 || (HoldsAnswers && (request.Work & DiskWork.Write) != 0))
            _heldAnswers.Enqueue((request, failure));
        else
            request.Answer(failure);
        Continue();
    }

    private WriteFailure? TakeFailure(DiskWork work)
    {
        foreach (var (of, failure) in _failures)
        {
            if ((of & work) == 0)
                continue;
            _failures.Remove(of);
            return failure;
        }
        return null;
    }

    private sealed class Request(DiskWork work, Action effect, Action<WriteFailure?> done) : DiskRequest
    {
        public override DiskWork Work => work;

        public override void Do(Action done)
        {
            effect();
            done();
        }

        public override void Answer(WriteFailure? failure) => done(failure);
    }
}
