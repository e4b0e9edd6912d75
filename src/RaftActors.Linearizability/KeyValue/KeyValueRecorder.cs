using System.Diagnostics;

namespace RaftActors.Linearizability.KeyValue;

/// <summary>Records the operations of the clients of a key-value store, with their answers. Thread-safe.</summary>
/// <param name="clock">
/// Returns the time, in any unit. The time must never go back and must be the same for all clients. By default, the
/// nanoseconds since the start, strictly increasing.
/// </param>
public sealed class KeyValueRecorder(Func<long>? clock = null)
{
    private readonly Func<long> _clock = clock ?? Elapsed();
    private readonly Lock _lock = new();
    private readonly List<Call> _calls = [];

    /// <summary>
    /// Records that a client is about to call. Call this method before any part of the request leaves the client.
    /// </summary>
    public Call Begin(int client, KeyValueInput input)
    {
        var call = new Call(this, client, input, _clock());
        lock (_lock)
            _calls.Add(call);
        return call;
    }

    /// <summary>
    /// All operations so far. An operation under way has an unknown outcome. An operation that certainly had no effect
    /// is left out.
    /// </summary>
    public IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> History()
    {
        lock (_lock)
            return [.. _calls.Where(call => !call.IsVoid).Select(call => call.Operation)];
    }

    // Strictly increasing. Otherwise, when the clock has not moved between an answer and the next call, the two
    // operations would seem concurrent.
    private static Func<long> Elapsed()
    {
        var start = Stopwatch.GetTimestamp();
        long last = -1;
        return () =>
        {
            while (true)
            {
                long seen = Interlocked.Read(ref last);
                long now = Math.Max(Stopwatch.GetElapsedTime(start).Ticks * 100, seen + 1);
                if (Interlocked.CompareExchange(ref last, now, seen) == seen)
                    return now;
            }
        };
    }

    /// <summary>
    /// An operation under way. If neither method below is called, the outcome of the operation stays unknown.
    /// </summary>
    public sealed class Call
    {
        private readonly KeyValueRecorder _recorder;

        internal Call(KeyValueRecorder recorder, int client, KeyValueInput input, long now) =>
            (_recorder, Operation) =
                (recorder, new Operation<KeyValueInput, KeyValueOutput>(client, now, null, input, null));

        /// <summary>The operation as far as it is known.</summary>
        public Operation<KeyValueInput, KeyValueOutput> Operation { get; private set; }

        internal bool IsVoid { get; private set; }

        /// <summary>Records the answer. Call this method once the whole answer has arrived.</summary>
        public void Return(KeyValueOutput output)
        {
            var now = _recorder._clock();
            lock (_recorder._lock)
                Operation = Operation with { Return = now, Output = output };
        }

        /// <summary>
        /// Records that the operation certainly did not and will not take effect, and that its answer said nothing
        /// about the state.
        /// </summary>
        public void NotDone()
        {
            lock (_recorder._lock)
                IsVoid = true;
        }
    }
}
