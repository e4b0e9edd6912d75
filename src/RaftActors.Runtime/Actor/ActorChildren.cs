using System.Diagnostics.CodeAnalysis;

namespace Akka.Actor;

/// <summary>What a cell does when the last of its dying children is gone.</summary>
internal enum WaitReason
{
    /// <summary>Nothing: a child was stopped in the normal course of things.</summary>
    None,
    Recreation,
    Creation,
    Termination,
}

/// <summary>The children of one actor. Changed by the actor (and, for the guardians, by anyone), read by everyone who resolves a path.</summary>
internal sealed class ActorChildren
{
    private readonly Lock _lock = new();
    private Dictionary<string, ChildRestartStats?>? _byName;
    private HashSet<IActorRef>? _dying;
    private WaitReason _reason;
    private Exception? _cause;
    private bool _closed;

    public bool IsWaiting
    {
        get
        {
            lock (_lock)
                return _reason is WaitReason.Recreation or WaitReason.Creation or WaitReason.Termination;
        }
    }

    public bool IsTerminating
    {
        get
        {
            lock (_lock)
                return _closed;
        }
    }

    public bool IsNormal
    {
        get
        {
            lock (_lock)
                return !_closed && _reason == WaitReason.None;
        }
    }

    /// <summary>There will be no more children. False if that was known already.</summary>
    public bool Close()
    {
        lock (_lock)
        {
            var wasOpen = !_closed;
            _closed = true;
            return wasOpen;
        }
    }

    public void Reserve(string name)
    {
        lock (_lock)
        {
            ThrowIfClosed();
            _byName ??= [];
            if (!_byName.TryAdd(name, null))
                throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
        }
    }

    public void Unreserve(string name)
    {
        lock (_lock)
        {
            if (_byName is not null && _byName.TryGetValue(name, out var stats) && stats is null)
                _byName.Remove(name);
        }
    }

    public void Add(IInternalActorRef child)
    {
        lock (_lock)
        {
            // A guardian may have been stopped while somebody else made a child of it.
            ThrowIfClosed();
            _byName![child.Path.Name] = new ChildRestartStats(child);
        }
    }

    /// <summary>From now on somebody may wait for this child to be gone.</summary>
    public void ShallDie(IActorRef child)
    {
        lock (_lock)
        {
            if (Find(child) is not null)
                (_dying ??= []).Add(child);
        }
    }

    /// <summary>False if no child is dying, so there is nothing to wait for.</summary>
    public bool WaitFor(WaitReason reason, Exception? cause = null)
    {
        lock (_lock)
        {
            if (_dying is not { Count: > 0 })
                return false;
            _reason = reason;
            _cause = cause;
            return true;
        }
    }

    /// <summary>Answers what was waited for, if this was the last child to wait for.</summary>
    public WaitReason Remove(IActorRef child, out Exception? cause)
    {
        lock (_lock)
        {
            cause = null;
            if (Find(child) is not null)
                _byName!.Remove(child.Path.Name);
            if (_dying is null || !_dying.Remove(child) || _dying.Count > 0)
                return WaitReason.None;
            _dying = null;
            var reason = _reason;
            cause = _cause;
            _reason = WaitReason.None;
            _cause = null;
            return reason;
        }
    }

    public void SetTerminated()
    {
        lock (_lock)
        {
            _closed = true;
            _byName = null;
            _dying = null;
            _reason = WaitReason.None;
        }
    }

    public bool Contains(IActorRef child)
    {
        lock (_lock)
            return Find(child) is not null;
    }

    public bool TryGet(IActorRef child, [NotNullWhen(true)] out ChildRestartStats? stats)
    {
        lock (_lock)
            return (stats = Find(child)) is not null;
    }

    public IInternalActorRef? Get(string name)
    {
        lock (_lock)
            return _byName is not null && _byName.TryGetValue(name, out var stats) ? stats?.Child : null;
    }

    public IReadOnlyList<IInternalActorRef> All()
    {
        lock (_lock)
            return _byName is null ? [] : [.. _byName.Values.Where(stats => stats is not null).Select(stats => stats!.Child)];
    }

    public IReadOnlyList<ChildRestartStats> AllStats()
    {
        lock (_lock)
            return _byName is null ? [] : [.. _byName.Values.Where(stats => stats is not null).Select(stats => stats!)];
    }

    private void ThrowIfClosed()
    {
        if (_closed)
            throw new InvalidOperationException("Cannot create child while terminating or terminated");
    }

    private ChildRestartStats? Find(IActorRef child) =>
        _byName is not null && _byName.TryGetValue(child.Path.Name, out var stats) && stats is not null && stats.Child.Equals(child) ? stats : null;
}

/// <summary>How often a child was restarted lately.</summary>
internal sealed class ChildRestartStats(IInternalActorRef child)
{
    private TimeSpan? _windowStart;

    public IInternalActorRef Child { get; } = child;

    public int Restarts { get; private set; }

    /// <param name="maxRetries">Negative for no limit.</param>
    /// <param name="window">Not positive for no window.</param>
    public bool RequestRestartPermission(int maxRetries, TimeSpan window, TimeSpan now)
    {
        if (maxRetries == 0)
            return false;
        if (window <= TimeSpan.Zero)
            return ++Restarts <= maxRetries || maxRetries < 0;
        // A window without a limit allows one restart in it.
        var limit = maxRetries < 0 ? 1 : maxRetries;
        if (_windowStart is { } start && now - start <= window)
            return ++Restarts <= limit;
        _windowStart = now;
        Restarts = 1;
        return true;
    }
}
