namespace RaftActors.Simulation;

/// <summary>Runs a range of seeds, optionally on several threads. The runs share nothing.</summary>
internal static class SeedRange
{
    /// <summary>
    /// Runs the seeds and returns the results in the order of the seeds. When the caller takes no more results, the
    /// threads end.
    /// </summary>
    /// <param name="first">The first seed.</param>
    /// <param name="last">The last seed.</param>
    /// <param name="jobs">The number of runs at the same time.</param>
    /// <param name="options">The options of the runs.</param>
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

        // An exception of the simulation itself must reach the caller that takes the results, and not be lost in a
        // thread.
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
