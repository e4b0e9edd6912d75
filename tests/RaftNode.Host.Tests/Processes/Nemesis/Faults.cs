namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>The kinds of faults. Each makes a fault of its kind for the cluster as it stands.</summary>
internal sealed class Faults(NodeCluster cluster, RecordedLoad load, FullDisk? disk, int nodeOfDisk, Random random)
{
    private readonly ClusterLinks _links = cluster.Links!;

    /// <summary>One maker a kind.</summary>
    public IReadOnlyList<Func<Task<Fault>>> Kinds =>
    [
        KillLeaderAsync,
        () => Task.FromResult(Kill(random.Next(cluster.Count))),
        () => Task.FromResult(KillAll()),
        async () => Pause(await cluster.LeaderAsync()),
        () => Task.FromResult(Pause(random.Next(cluster.Count))),
        async () => Isolate(await cluster.LeaderAsync(), toIt: true, fromIt: true),
        async () => Isolate(await cluster.LeaderAsync(), toIt: true, fromIt: false),
        async () => Isolate(await cluster.LeaderAsync(), toIt: false, fromIt: true),
        () => Task.FromResult(Isolate(random.Next(cluster.Count), toIt: true, fromIt: true)),
        () => Task.FromResult(CutPair()),
        () => Task.FromResult(Slow()),
        () => Task.FromResult(Flapping()),
        () => Task.FromResult(Skew()),
        .. disk is null ? [] : new[] { () => Task.FromResult(Full()) },
    ];

    private async Task<Fault> KillLeaderAsync() => Kill(await cluster.LeaderAsync());

    private Fault Kill(int node) => new(
        $"SIGKILL of node{node + 1}",
        () => cluster.KillAsync(node),
        () => Do(() => StartAgain(node)),
        node);

    private Fault KillAll() => new(
        "SIGKILL of all nodes",
        () => Task.WhenAll(All.Select(cluster.KillAsync)),
        () => Do(() =>
        {
            foreach (var node in All)
                StartAgain(node);
        }));

    private Fault Pause(int node) =>
        new($"SIGSTOP of node{node + 1}", () => Do(() => cluster.Run(node).Pause()),
            () => Do(() => cluster.Run(node).Continue()));

    private Fault Isolate(int node, bool toIt, bool fromIt) => new(
        $"{(toIt && fromIt ? "nothing to or from" : toIt ? "nothing to" : "nothing from")} node{node + 1}",
        () => Do(() =>
        {
            foreach (var other in All.Where(other => other != node))
            {
                if (toIt)
                    _links[other, node].Cut();
                if (fromIt)
                    _links[node, other].Cut();
            }
        }),
        () => HealAsync(breakFirst: random.Next(2) == 0, node));

    private Fault CutPair()
    {
        var one = random.Next(cluster.Count);
        var other = (one + 1) % cluster.Count;
        return new Fault(
            $"nothing between node{one + 1} and node{other + 1}",
            () => Do(() =>
            {
                _links[one, other].Cut();
                _links[other, one].Cut();
            }),
            () => HealAsync(breakFirst: random.Next(2) == 0, one));
    }

    private Fault Slow()
    {
        var delay = TimeSpan.FromMilliseconds(random.Next(20, 150));
        return new Fault(
            $"{delay.TotalMilliseconds:0} ms between all nodes",
            () => Do(() =>
            {
                foreach (var one in All)
                {
                    foreach (var other in All)
                        _links[one, other].Delay = delay;
                }
            }),
            () => Do(_links.Heal));
    }

    /// <summary>Connections that break again and again, in the middle of whatever they carry.</summary>
    private Fault Flapping()
    {
        var end = new CancellationTokenSource();
        var breaking = Task.CompletedTask;
        return new Fault("connections break", () => Do(() => breaking = BreakAsync(end.Token)), async () =>
        {
            await end.CancelAsync();
            await breaking;
        });
    }

    private async Task BreakAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var one = random.Next(cluster.Count);
            _links.Break(one, (one + 1) % cluster.Count);
            await Task.Delay(random.Next(20, 200), CancellationToken.None);
        }
    }

    private Fault Skew()
    {
        var node = random.Next(cluster.Count);
        return new Fault(
            $"all clients in a hurry, at one key of node{node + 1}",
            () => Do(() => (load.OnlyNode, load.OneKey, load.Hurry) = (node, true, true)),
            () => Do(() => (load.OnlyNode, load.OneKey, load.Hurry) = (-1, false, false)));
    }

    private Fault Full() =>
        new($"full disk ({disk!.Means}) of node{nodeOfDisk + 1}", () => Do(disk.Fill), () => Do(disk.Empty),
            nodeOfDisk);

    private void StartAgain(int node)
    {
        // Of two faults at a time the other may have.
        if (cluster.Run(node).HasExited)
            cluster.Start(node);
    }

    private IEnumerable<int> All => Enumerable.Range(0, cluster.Count);

    /// <summary>What was held up arrives, or is lost with its connection.</summary>
    private Task HealAsync(bool breakFirst, int node) => Do(() =>
    {
        foreach (var other in All.Where(other => breakFirst && other != node))
            _links.Break(node, other);
        _links.Heal();
    });

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
