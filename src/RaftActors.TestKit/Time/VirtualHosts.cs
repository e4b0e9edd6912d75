namespace RaftActors.TestKit.Time;

/// <summary>The hosts without a guest at present. Worlds on several threads may share them.</summary>
/// <param name="keepsFree">
/// Whether a host whose guest has died gets other guests; <c>false</c> for new hosts only.
/// </param>
internal sealed class VirtualHosts(bool keepsFree = true)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Stack<VirtualHost>> _free = new(StringComparer.Ordinal);
    private int _started;

    /// <summary>The hosts of all worlds that have none of their own.</summary>
    public static VirtualHosts Shared { get; } = new();

    /// <summary>The number of hosts started.</summary>
    public int Started => Volatile.Read(ref _started);

    /// <summary>Takes a host whose actor system has a name.</summary>
    public VirtualHost Take(string name)
    {
        lock (_gate)
        {
            if (_free.TryGetValue(name, out var hosts) && hosts.TryPop(out var host))
                return host;
        }
        Interlocked.Increment(ref _started);
        return new VirtualHost(name, VirtualConfig.Default);
    }

    /// <summary>Called when the process in a host and its disk have died.</summary>
    public void Return(VirtualHost host, VirtualProcess guest)
    {
        if (!keepsFree || !host.Leave(guest))
            return;
        lock (_gate)
        {
            if (!_free.TryGetValue(host.Name, out var hosts))
                _free[host.Name] = hosts = new Stack<VirtualHost>();
            hosts.Push(host);
        }
    }
}
