namespace RaftActors.TestKit.Time;

/// <summary>The hosts that no process is in at present. Worlds on several threads may share them.</summary>
/// <param name="keepsFree">Whether a host whose guest has died gets others; <c>false</c> for new hosts only.</param>
internal sealed class VirtualHosts(bool keepsFree = true)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Stack<VirtualHost>> _free = new(StringComparer.Ordinal);
    private int _started;

    /// <summary>Those of all worlds that have none of their own.</summary>
    public static VirtualHosts Shared { get; } = new();

    /// <summary>How many hosts were started.</summary>
    public int Started => Volatile.Read(ref _started);

    /// <summary>A host whose actor system has a name.</summary>
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

    /// <summary>The process in a host has died, and its disk with it.</summary>
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
