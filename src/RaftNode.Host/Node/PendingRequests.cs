using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace RaftNode.Host.Node;

/// <summary>The requests that wait for an answer, by their correlation ids. Any thread may use this.</summary>
internal sealed class PendingRequests
{
    private readonly ConcurrentDictionary<long, PendingRequest> _requests = new();
    private int _isSwept;

    /// <summary>All requests, as they are while they are enumerated.</summary>
    public IEnumerable<KeyValuePair<long, PendingRequest>> All => _requests;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _requests.IsEmpty;

    /// <summary>Adds a request.</summary>
    /// <param name="id">The correlation id.</param>
    /// <param name="request">The request.</param>
    /// <returns>Whether the sweeping has to be started: this request is the first since it ended.</returns>
    public bool Add(long id, PendingRequest request)
    {
        _requests[id] = request;
        // Either this sees that the sweeping has ended, or TryEndSweeping sees the request.
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref _isSwept) == 0 && Interlocked.Exchange(ref _isSwept, 1) == 0;
    }

    /// <summary>Finds a request.</summary>
    /// <param name="id">The correlation id.</param>
    /// <param name="request">The request, if it still waits.</param>
    /// <returns>Whether the request still waits.</returns>
    public bool TryGet(long id, [NotNullWhen(true)] out PendingRequest? request) =>
        _requests.TryGetValue(id, out request);

    /// <summary>Takes a request out. Of those who try, one succeeds.</summary>
    /// <param name="id">The correlation id.</param>
    /// <param name="request">The request, if it still waited.</param>
    /// <returns>Whether the request still waited.</returns>
    public bool TryTake(long id, [NotNullWhen(true)] out PendingRequest? request) =>
        _requests.TryRemove(id, out request);

    /// <summary>Ends the sweeping, if nothing waits.</summary>
    /// <returns>Whether the sweeping has ended: the next request that is added starts it again.</returns>
    public bool TryEndSweeping()
    {
        Interlocked.Exchange(ref _isSwept, 0);
        return IsEmpty || Interlocked.Exchange(ref _isSwept, 1) == 1;
    }
}
