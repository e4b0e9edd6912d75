using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace RaftNode.Host.Node;

/// <summary>The requests that wait for an answer, by correlation id. Thread-safe.</summary>
internal sealed class PendingRequests
{
    private readonly ConcurrentDictionary<long, PendingRequest> _requests = new();
    private int _isSwept;

    /// <summary>All requests. They may change during the enumeration.</summary>
    public IEnumerable<KeyValuePair<long, PendingRequest>> All => _requests;

    /// <summary>Whether no request waits.</summary>
    public bool IsEmpty => _requests.IsEmpty;

    /// <summary>Adds a request.</summary>
    /// <param name="id">The correlation id.</param>
    /// <param name="request">The request.</param>
    /// <returns>Whether the sweeping must be started, because this request is the first since it stopped.</returns>
    public bool Add(long id, PendingRequest request)
    {
        _requests[id] = request;
        // Either this thread sees that the sweeping has stopped, or TryEndSweeping sees the request.
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _isSwept) == 0 && Interlocked.Exchange(ref _isSwept, 1) == 0;
    }

    /// <summary>Finds a request.</summary>
    /// <param name="id">The correlation id.</param>
    /// <param name="request">The request, if it still waits.</param>
    /// <returns>Whether the request still waits.</returns>
    public bool TryGet(long id, [NotNullWhen(true)] out PendingRequest? request) =>
        _requests.TryGetValue(id, out request);

    /// <summary>Removes a request. If several threads try, one succeeds.</summary>
    /// <param name="id">The correlation id.</param>
    /// <param name="request">The request, if it still waited.</param>
    /// <returns>Whether the request still waited.</returns>
    public bool TryTake(long id, [NotNullWhen(true)] out PendingRequest? request) =>
        _requests.TryRemove(id, out request);

    /// <summary>Stops the sweeping, if no request waits.</summary>
    /// <returns>Whether the sweeping has stopped. The next request that is added starts it again.</returns>
    public bool TryEndSweeping()
    {
        Interlocked.Exchange(ref _isSwept, 0);
        return IsEmpty || Interlocked.Exchange(ref _isSwept, 1) == 1;
    }
}
