using RaftActors.Linearizability;
using RaftActors.Linearizability.KeyValue;
using RaftActors.TestKit;

namespace RaftActors.Tests.Scenarios.KeyValue;

/// <summary>
/// Clients of a key-value store in a cluster to which everything happens that can: partitions, cut links, lost, late
/// and doubled messages, crashes, power losses, disks that stall and fail. All of it comes from the seed. What the
/// clients saw must be linearizable, and the cluster must be of one mind once it is left alone.
/// </summary>
internal static class KeyValueStorm
{
    private const int Rounds = 40;

    /// <summary>Runs one seed.</summary>
    /// <param name="settings">The cluster; its seed decides all.</param>
    /// <returns>How many operations were answered.</returns>
    /// <exception cref="RaftClusterException">An invariant is violated, or the cluster does not recover.</exception>
    /// <exception cref="InvalidDataException">What the clients saw is not linearizable.</exception>
    public static int Run(RaftClusterSettings settings)
    {
        using var cluster = RaftCluster.Start(settings with { StateMachine = () => new KeyValueMachine() });
        var random = cluster.Random;
        bool doubled = random.Next(3) == 0;
        bool sessions = doubled || random.Next(2) == 0;
        cluster.Faults = Weather(random, doubled);
        long ticks = 0;
        var recorder = new KeyValueRecorder(() => ++ticks);
        // A forwarded proposal that arrives twice is two proposals, unless it has a number.
        var clients = Enumerable.Range(0, 6)
            .Select(i => new KeyValueClient(cluster, recorder, i, keys: 3, sessions, forward: !doubled || sessions))
            .ToList();

        for (int round = 0; round < Rounds; round++)
        {
            Disturb(cluster, doubled);
            Serve(cluster, clients, TimeSpan.FromMilliseconds(random.Next(300)));
        }
        cluster.EndAllFaults();
        cluster.CheckSingleLeader(TimeSpan.FromSeconds(20));
        Serve(cluster, clients, TimeSpan.FromSeconds(3));
        cluster.Await(() => Finish(clients), "every client is answered", TimeSpan.FromSeconds(20));
        cluster.CheckNothingLost(TimeSpan.FromSeconds(20));

        var result = LinearizabilityChecker.Check(KeyValueModel.Instance, recorder.History());
        if (!result.IsLinearizable)
            throw new InvalidDataException($"{result} (seed {cluster.Seed})");
        return clients.Sum(client => client.Answered);
    }

    private static void Serve(RaftCluster cluster, List<KeyValueClient> clients, TimeSpan time)
    {
        for (var end = cluster.Now + time; cluster.Now < end;)
        {
            clients.ForEach(client => client.GoOn());
            cluster.RunUntil(() => Notice(clients), TimeSpan.FromMilliseconds(2));
        }
    }

    // Asked after everything that happens, so that an answer is recorded before anything that comes after it.
    private static bool Notice(List<KeyValueClient> clients)
    {
        clients.ForEach(client => client.Notice());
        return false;
    }

    private static bool Finish(List<KeyValueClient> clients)
    {
        clients.ForEach(client => client.GoOn(start: false));
        return clients.TrueForAll(client => !client.IsBusy);
    }

    private static LinkFaults Weather(Random random, bool doubled)
    {
        var faults = random.Next(4) switch
        {
            0 => LinkFaults.None,
            1 => LinkFaults.VeryUnreliable with { LongDelay = 0.1 },
            _ => LinkFaults.Unreliable with { Loss = random.NextDouble() * 0.1 },
        };
        return doubled ? faults with { Duplication = 0.2 } : faults;
    }

    private static void Disturb(RaftCluster cluster, bool doubled)
    {
        var random = cluster.Random;
        RaftPeer Any() => cluster.Peers[random.Next(cluster.Peers.Count)];
        bool Chance(double probability) => random.NextDouble() < probability;

        if (Chance(0.2))
            cluster.Faults = Weather(random, doubled);
        if (Chance(0.2))
            cluster.CutOff(Any());
        if (Chance(0.2))
            cluster.CutLink(Any(), Any());
        if (Chance(0.1))
            cluster.DropAfter(Any(), random.Next(10));
        if (Chance(0.15) && Any() is { IsRunning: true } stalled)
            cluster.HoldWrites(stalled);
        if (Chance(0.1) && Any() is { IsRunning: true } silent)
            cluster.HoldWriteConfirmations(silent);
        if (Chance(0.4) && Any() is { IsRunning: true } released)
            cluster.ReleaseWrites(released);
        if (Chance(0.05) && Any() is { IsRunning: true } failing)
            cluster.FailNextWrite(failing, rejected: Chance(0.5));
        if (Chance(0.4))
            cluster.HealAll();
        for (int i = 0; i < cluster.Peers.Count; i++)
        {
            if (cluster.Peers[i] is { IsRunning: false } down && Chance(0.4))
                cluster.Restart(down);
        }
        if (Chance(0.3) && Any() is { IsRunning: true } unlucky)
            End(cluster, unlucky);
        // All at once: what is left is what is on the disks.
        if (Chance(0.03))
        {
            foreach (var peer in cluster.Peers.Where(peer => peer.IsRunning))
                End(cluster, peer);
        }
    }

    private static void End(RaftCluster cluster, RaftPeer peer)
    {
        if (cluster.Random.Next(2) == 0)
            cluster.Crash(peer);
        else
            cluster.LosePower(peer);
    }
}
