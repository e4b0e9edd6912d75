namespace RaftActors.Bench;

/// <summary>The requests of a workload, built in advance.</summary>
internal sealed class HttpRequests
{
    private readonly byte[][] _puts;
    private readonly byte[][] _gets;
    private readonly double _writes;

    public HttpRequests(HttpTarget node, Workload workload, int keys, int apart, int bytes)
    {
        var value = new byte[bytes];
        new Random(1).NextBytes(value);
        _writes = workload switch { Workload.Put => 1, Workload.Mix => 0.1, _ => 0 };
        _puts = _writes > 0 ? Make("PUT", value) : [];
        _gets = _writes < 1 ? Make("GET", []) : [];

        byte[][] Make(string method, byte[] body) =>
            [.. Enumerable.Range(0, keys)
                .Select(key => HttpConnection.Request(method, HttpLoad.Key(key * apart), node, body))];
    }

    /// <summary>A random one of the requests.</summary>
    public byte[] Next(Random random)
    {
        var some = _gets.Length == 0 || (_puts.Length > 0 && random.NextDouble() < _writes) ? _puts : _gets;
        return some[random.Next(some.Length)];
    }
}
