using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Dispatch.SysMsg;

namespace Akka.Dispatch;

/// <summary>The part of a mailbox that senders write: kept on cache lines of its own, away from what the running actor touches for every message.</summary>
internal abstract class MailboxIntake
{
    private protected const int FirstCapacity = 8;

    private protected Envelope[] Incoming = new Envelope[FirstCapacity];
    private protected SystemMessage? SystemFirst;
    private protected SystemMessage? SystemLast;
    private protected int IncomingCount;
    private protected bool Scheduled;
    private int _gate;

    /// <summary>Held for a few instructions only, so waiters spin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void Enter()
    {
        if (Interlocked.CompareExchange(ref _gate, 1, 0) != 0)
            Contend();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected void Exit() => Volatile.Write(ref _gate, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Contend()
    {
        var spin = new SpinWait();
        do
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
        while (Volatile.Read(ref _gate) != 0 || Interlocked.CompareExchange(ref _gate, 1, 0) != 0);
    }
}

/// <summary>A cache line's worth of nothing. The fields of a base class lie before those of the derived one.</summary>
internal abstract class MailboxPadding : MailboxIntake
{
#pragma warning disable CS0169, IDE0051, CA1823 // never read: they take up room
    private readonly long _p0, _p1, _p2, _p3, _p4, _p5, _p6, _p7, _p8, _p9, _p10, _p11, _p12, _p13, _p14, _p15;
#pragma warning restore CS0169, IDE0051, CA1823
}

/// <summary>
/// The messages that wait for one actor, and the loop that hands them over. Senders append to one array under a gate of one compare-and-swap; the running actor
/// swaps it for its own emptied one and works through it without synchronization. System messages have a list of their own and go first.
/// </summary>
internal sealed class Mailbox : MailboxPadding, IRunnable
{
    /// <summary>Room for more than that is given back after a burst.</summary>
    private const int LargestKept = 4096;

    private readonly ActorCell _cell;
    private readonly MessageDispatcher _dispatcher;
    private Envelope[] _batch = new Envelope[FirstCapacity];
    private int _next;
    private int _end;
    private Envelope[] _front = [];
    private int _frontCount;
    private int _suspendCount;
    private volatile bool _systemPending;
    private volatile bool _closed;

    public Mailbox(ActorCell cell, MessageDispatcher dispatcher)
    {
        _cell = cell;
        _dispatcher = dispatcher;
        // Passes for running until it is started, so that nothing told meanwhile starts it.
        Scheduled = true;
    }

    public MessageDispatcher Dispatcher => _dispatcher;

    /// <summary>The name of the actor.</summary>
    public string Owner => _cell.SelfRef.Path.Name;

    public bool IsSuspended => _suspendCount > 0;

    public int SuspendCount => _suspendCount;

    public bool IsClosed => _closed;

    public bool HasMessages => NumberOfMessages > 0;

    /// <summary>Exact inside the actor, otherwise a moment's impression.</summary>
    public int NumberOfMessages => Volatile.Read(ref IncomingCount) + Volatile.Read(ref _end) - Volatile.Read(ref _next) + Volatile.Read(ref _frontCount);

    /// <summary>The first turn. What was told before it waits.</summary>
    public void Start() => _dispatcher.Execute(this);

    public void Post(object message, IActorRef? sender)
    {
        Enter();
        if (_closed)
        {
            Exit();
            _cell.DeadLetter(message, sender);
            return;
        }
        var count = IncomingCount;
        if (count == Incoming.Length)
            Array.Resize(ref Incoming, count * 2);
        Incoming[count] = new Envelope(message, sender);
        IncomingCount = count + 1;
        // An idle mailbox that is suspended waits for a system message.
        var wake = !Scheduled && _suspendCount == 0;
        if (wake)
            Scheduled = true;
        Exit();
        if (wake)
            _dispatcher.Execute(this);
    }

    public void PostSystem(SystemMessage message)
    {
        Enter();
        if (_closed)
        {
            Exit();
            _cell.DeadLetter(message);
            return;
        }
        if (SystemLast is null)
            SystemFirst = message;
        else
            SystemLast.Next = message;
        SystemLast = message;
        _systemPending = true;
        var idle = !Scheduled;
        Scheduled = true;
        Exit();
        if (idle)
            _dispatcher.Execute(this);
    }

    /// <summary>Puts a message before all others. Only from inside the actor.</summary>
    public void PostFirst(Envelope envelope)
    {
        if (_frontCount == _front.Length)
            Array.Resize(ref _front, Math.Max(FirstCapacity, _frontCount * 2));
        _front[_frontCount++] = envelope;
    }

    /// <summary>Ordinary messages wait until there were as many resumes as suspends. Only from inside the actor.</summary>
    public void Suspend() => _suspendCount++;

    public void Resume()
    {
        if (_suspendCount > 0)
            _suspendCount--;
    }

    public void Run()
    {
        var outer = ActorCell.Current;
        ActorCell.Current = _cell;
        try
        {
            if (_systemPending)
                RunSystemMessages();
            RunMessages();
        }
        finally
        {
            ActorCell.Current = outer;
            Release();
        }
    }

    void IThreadPoolWorkItem.Execute() => Run();

    /// <summary>Everything that still waits, and everything that comes later, goes to the dead letters. Only from inside the actor.</summary>
    public void Close()
    {
        Enter();
        _closed = true;
        _systemPending = false;
        var system = SystemFirst;
        SystemFirst = SystemLast = null;
        var incoming = Incoming.AsSpan(0, IncomingCount).ToArray();
        Incoming = [];
        IncomingCount = 0;
        Exit();

        for (; system is not null; system = Unlink(system))
            _cell.DeadLetter(system);
        while (_frontCount > 0)
            _cell.DeadLetter(_front[--_frontCount]);
        for (; _next < _end; _next++)
            _cell.DeadLetter(_batch[_next]);
        foreach (var envelope in incoming)
            _cell.DeadLetter(envelope);
        _front = _batch = [];
        _next = _end = 0;
    }

    private void RunMessages()
    {
        var cell = _cell;
        var deadline = _dispatcher.ThroughputDeadlineTime is { } ticks and > 0 ? _cell.System.Scheduler.MonotonicClock.Ticks + ticks : long.MaxValue;
        for (var left = _dispatcher.Throughput; left > 0 && _suspendCount == 0 && !_closed; left--)
        {
            Envelope envelope;
            if (_frontCount > 0)
            {
                envelope = _front[--_frontCount];
                _front[_frontCount] = default;
                if (_frontCount == 0 && _front.Length > LargestKept)
                    _front = [];
            }
            else
            {
                if (_next == _end && !Refill())
                    return;
                ref var slot = ref _batch[_next++];
                envelope = slot;
                slot = default;
            }
            cell.Invoke(envelope.Message, envelope.Sender);
            if (_systemPending)
                RunSystemMessages();
            if (deadline != long.MaxValue && _cell.System.Scheduler.MonotonicClock.Ticks >= deadline)
                return;
        }
    }

    /// <summary>Takes what senders appended and gives them the emptied array.</summary>
    private bool Refill()
    {
        if (Volatile.Read(ref IncomingCount) == 0)
            return false;
        var emptied = _batch;
        // A burst is over: do not hold on to the room it took.
        if (emptied.Length > LargestKept && _end < emptied.Length / 8)
            emptied = new Envelope[emptied.Length / 4];
        Enter();
        _batch = Incoming;
        _end = IncomingCount;
        _next = 0;
        Incoming = emptied;
        IncomingCount = 0;
        Exit();
        return true;
    }

    private void RunSystemMessages()
    {
        while (_systemPending)
        {
            Enter();
            var message = SystemFirst;
            SystemFirst = SystemLast = null;
            _systemPending = false;
            Exit();
            while (message is not null)
            {
                var next = Unlink(message);
                if (_closed)
                    _cell.DeadLetter(message);
                else
                    _cell.SystemInvoke(message);
                message = next;
            }
        }
    }

    private static SystemMessage? Unlink(SystemMessage message)
    {
        var next = message.Next;
        message.Next = null;
        return next;
    }

    /// <summary>Goes idle, or queues up again behind other actors if there is more to do.</summary>
    private void Release()
    {
        Enter();
        var more = SystemFirst is not null || (_suspendCount == 0 && (IncomingCount > 0 || _next < _end || _frontCount > 0));
        Scheduled = more;
        Exit();
        if (more)
            _dispatcher.ExecuteAgain(this);
    }
}
