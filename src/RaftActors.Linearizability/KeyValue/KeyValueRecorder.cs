using System.Diagnostics;

namespace RaftActors.Linearizability.KeyValue;

/// <summary>
/// Records what clients of a key-value store ask and are answered; may be used by many threads at once.
/// </summary>
/// <param name="clock">
/// The time, in any unit that never goes back and is the same for all clients; nanoseconds since the start by default.
/// </param>
public sealed class KeyValueRecorder(Func<long>? clock = null)
{
    private readonly Func<long> _clock = clock ?? Elapsed();
    private readonly Lock _lock = new();
    private readonly List<Call> _calls = [];

    /// <summary>A client is about to ask; to be called before anything of the request leaves it.</summary>
    public Call Begin(int client, KeyValueInput input)
    {
        var call = new Call(this, client, input, _clock());
        lock (_lock)
            _calls.Add(call);
        return call;
    }

    /// <summary>
    /// All operations so far; those under way with an unknown outcome. Those that certainly had no effect are not in
    /// it.
    /// </summary>
    public IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> History()
    {
        lock (_lock)
            return [.. _calls.Where(call => !call.IsVoid).Select(call => call.Operation)];
    }

    // Strictly increasing: what is read after an answer would otherwise pass for being under way with it when the clock
    // has not moved between the two.
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

    /// <summary>An operation under way. One that ends with neither call below has an unknown outcome.</summary>
    public sealed class Call
    {
        private readonly KeyValueRecorder _recorder;

        internal Call(KeyValueRecorder recorder, int client, KeyValueInput input, long now) =>
            (_recorder, Operation) =
                (recorder, new Operation<KeyValueInput, KeyValueOutput>(client, now, null, input, null));

        /// <summary>The operation as it is known.</summary>
        public Operation<KeyValueInput, KeyValueOutput> Operation { get; private set; }

        internal bool IsVoid { get; private set; }

        /// <summary>It was answered; to be called after the whole answer is there.</summary>
        public void Return(KeyValueOutput output)
        {
            var now = _recorder._clock();
            lock (_recorder._lock)
                Operation = Operation with { Return = now, Output = output };
        }

        /// <summary>It certainly was not done and never will be, and told nothing of the state.</summary>
        public void NotDone()
        {
            lock (_recorder._lock)
                IsVoid = true;
        }
    }
}
