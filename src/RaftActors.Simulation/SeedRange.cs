namespace RaftActors.Simulation;

/// <summary>
/// Runs the seeds of a range, on several threads if that is wanted: each run has all that it needs for itself.
/// </summary>
internal static class SeedRange
{
    /// <summary>
    /// Runs them; the results come in the order of the seeds. Whoever takes no more results ends the threads.
    /// </summary>
    /// <param name="first">The first seed.</param>
    /// <param name="last">The last seed.</param>
    /// <param name="jobs">How many are run at the same time.</param>
    /// <param name="options">What the runs are like.</param>
    public static IEnumerable<SimulationResult> Run(int first, int last, int jobs, SimulationOptions options)
    {
        var done = new Queue<Func<SimulationResult>>();
        int taken = first - 1;
        bool isOver = false;
        var threads = Enumerable.Range(0, jobs).Select(_ => new Thread(Work)).ToList();
        threads.ForEach(thread => thread.Start());
        try
        {
            var early = new Dictionary<int, SimulationResult>();
            for (int seed = first; seed <= last; seed++)
            {
                SimulationResult? result;
                while (!early.Remove(seed, out result))
                {
                    var next = Take()();
                    early.Add(next.Seed, next);
                }
                yield return result;
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            threads.ForEach(thread => thread.Join());
        }

        void Work()
        {
            for (int seed = Interlocked.Increment(ref taken); seed <= last
                && !Volatile.Read(ref isOver); seed = Interlocked.Increment(ref taken))
                Add(Do(seed));
        }

        void Add(Func<SimulationResult> result)
        {
            lock (done)
            {
                done.Enqueue(result);
                Monitor.Pulse(done);
            }
        }

        // A BlockingCollection would spin for each result, which took a fortieth of the processor time.
        Func<SimulationResult> Take()
        {
            lock (done)
            {
                while (done.Count == 0)
                    Monitor.Wait(done);
                return done.Dequeue();
            }
        }

        // A fault of the simulation itself is that of whoever takes the results, not of a thread that nobody waits for.
        Func<SimulationResult> Do(int seed)
        {
            try
            {
                var result = Simulation.Run(seed, options);
                return () => result;
            }
            catch (Exception problem)
            {
                return () =>
                    throw new InvalidOperationException($"Seed {seed} of {options.Peers} peers could not be run to its "
                        + "end.", problem);
            }
        }
    }
}
