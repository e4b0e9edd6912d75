using RaftActors.Client;
using RaftActors.Linearizability;
using RaftActors.Linearizability.KeyValue;
using RaftActors.Simulation.Checks;
using RaftActors.Simulation.Clients;
using RaftActors.Simulation.Faults;
using RaftActors.Simulation.World;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation;

/// <summary>
/// One run: a cluster of production peers, clients and faults, on one thread, in virtual time, from one seed. For some
/// seconds faults happen. Then they stop, and the cluster must recover.
/// </summary>
internal sealed class Simulation
{
    private readonly SimulationOptions _options;
    private readonly int _seed;
    private readonly VirtualWorld _world;
    private readonly Violations _violations;
    private readonly Trace _trace;
    private readonly Cluster _cluster;
    private readonly ClientWorld _clientWorld;
    private readonly List<SimulatedClient> _clients;
    private readonly SimulatedSubscriber _subscriber;
    private readonly FaultInjector _injector;
    private readonly IReadOnlyList<Fault> _faults;
    private readonly TimeSpan _faultTime;
    private List<SimulatedNode> _members = [];

    private Simulation(int seed, SimulationOptions options)
    {
        _seed = seed;
        _options = options;
        // Each part has its own source of randomness, so that leaving out a fault changes as little as possible.
        var random = new Random(seed);
        var priorities = new Random(unchecked(seed * 31));
        bool withPriorities = priorities.Next(3) == 0;
        var installs = new Random(unchecked(seed * 17));
        // Many small chunks take long enough for leaders to change meanwhile.
        bool slowInstalls = installs.Next(3) == 0;
        var digests = new Random(unchecked(seed * 13));
        bool comparesDigests = digests.Next(3) == 0;
        // With an even number of voters, half of them may have the wrong state, and nobody could say which half.
        bool changesState = comparesDigests && options.Kinds.Contains(FaultKind.StateChange) && digests.Next(3) > 0;
        _world = new VirtualWorld(new Random(random.Next()));
        _violations = new Violations(_world);
        _trace = new Trace(_world, options.Trace);
        // Without leases the clocks differ little, because nothing relies on them. With leases they differ by as much
        // as the peers were told.
        int leases = random.Next(3) == 0 ? random.Next(3) == 0 ? random.Next(1, 10) : 10 : 0;
        bool apart = leases > 0 && random.Next(2) == 0;
        double drift = leases > 0 ? 0.01 + (0.19 * Math.Sqrt(random.NextDouble())) : 0.01;
        var idle = new Random(unchecked(seed * 23));
        bool withIdleGroups = idle.Next(4) == 0;
        var placement = new Random(unchecked(seed * 29));
        bool placed = withIdleGroups && placement.Next(2) == 0;
        var sleeping = new Random(unchecked(seed * 31));
        bool sleeps = withIdleGroups && sleeping.Next(2) == 0;
        var former = new Random(unchecked(seed * 19));
        var origin = !changesState && !withIdleGroups && options.Kinds.Contains(FaultKind.LeftoverDisk) && former.Next(4) == 0
            ? former.Next(2) == 0
            ? Origin.Restored
            : Origin.Recovered
            : Origin.Founded;
        _cluster = new Cluster(
            _world, _violations, options.Peers, random.Next(3), new Random(random.Next()),
            () => withPriorities ? priorities.Next(3) : 0, _trace, drift, apart, origin)
        {
            Hosts = options.Hosts,
            Leases = leases,
            SnapshotEntries = random.Next(3) == 0 ? 1_000_000 : random.Next(5, 80),
            TrailingEntries = random.Next(3) == 0 ? 0 : random.Next(30),
            SnapshotChunkSize = slowInstalls ? 32 : 100,
            PlacementInterval = placed ? TimeSpan.FromMilliseconds(placement.Next(100, 1000)) : TimeSpan.Zero,
            SleepAfter = sleeps ? TimeSpan.FromMilliseconds(sleeping.Next(50, 1000)) : TimeSpan.Zero,
            DigestInterval = comparesDigests ? TimeSpan.FromMilliseconds(digests.Next(50, 400)) : TimeSpan.Zero,
        };
        _faultTime = options.MaxFaultTime * (0.3 + (0.7 * random.NextDouble()));
        var others = options.Kinds.Where(kind => kind != FaultKind.StateChange
            && !(withIdleGroups && !LeavesDisks(kind))
            && !(changesState && kind is FaultKind.ChangeMembers or FaultKind.LeftoverDisk or FaultKind.CopiedDisk))
            .ToList();
        var drawn = FaultPlan.Draw(new Random(random.Next()), options.Peers, _faultTime, others,
            apart || (slowInstalls && installs.Next(2) == 0), origin != Origin.Founded);
        if (changesState)
            drawn.Add(FaultPlan.DrawStateChange(digests, options.Peers, _faultTime));
        _faults = options.Faults ?? drawn;
        bool doubled = drawn.Exists(fault => fault.Kind == FaultKind.Duplicates);
        bool sessions = doubled || random.Next(2) == 0;
        var past = new Past(origin, _cluster.Founders, Cluster.SessionLimits, _cluster.SnapshotChunkSize, former);
        past.Begin(_cluster.Nodes, _cluster.Invariants);
        int clients = random.Next(2, 6);
        _clientWorld = new ClientWorld(
            _world, _cluster.Nodes, _violations, _cluster.Invariants, _trace, new Random(random.Next()))
        {
            WithSessions = sessions,
            WithLeases = leases > 0,
            Stay = apart || random.Next(4) == 0,
            Bounds = new ReadBounds(_cluster),
            Forwards = sessions || random.Next(4) > 0,
            Keys = apart ? 1 : random.Next(1, 4),
            Clients = clients,
            ThinkTime = apart || random.Next(3) == 0 ? 4 : 60,
            FormerSession = past.Session,
        };
        int remote = random.Next(3) == 0 ? random.Next(clients + 1) : 0;
        _clients = Enumerable.Range(0, clients)
            .Select(number =>
            new SimulatedClient(_clientWorld, number, number < remote ? _cluster.StartClient(number) : null)).ToList();
        _subscriber = new SimulatedSubscriber(_clientWorld, _cluster.Invariants);
        _injector = new FaultInjector(_cluster, _world, past);
        if (withIdleGroups)
            _cluster.IdleGroups = new IdleGroups(_cluster, _world, new Random(idle.Next()), idle.Next(1, 4));
        if (origin == Origin.Recovered)
            AddFormerMembers(TimeSpan.FromMilliseconds(former.Next(200, 2000)));
        _cluster.Answered = Answered;
        _cluster.Died = process => _clients.ForEach(client => client.ProcessDied(process));
        _world.AfterTurn = process => AfterTurn((SimulatedProcess)process);
    }

    /// <summary>Runs a seed.</summary>
    /// <param name="seed">The seed. It decides everything.</param>
    /// <param name="options">The options of the run.</param>
    public static SimulationResult Run(int seed, SimulationOptions options) => new Simulation(seed, options).Run();

    private SimulationResult Run()
    {
        SimulationViolation? violation = null;
        try
        {
            foreach (var node in _cluster.Nodes)
                _cluster.Start(node);
            _clients.ForEach(client => client.Wake());
            _subscriber.Wake();
            _cluster.IdleGroups?.Wake();
            _injector.Plan(_faults);
            while (Step(_faultTime))
            {
            }
            if (_trace.IsOn)
                _trace.Line($"*** faults end");
            _injector.End();
            _clientWorld.IsHealing = true;
            Heal();
            CheckEnd();
            if (_cluster.IdleGroups is { } idle)
                LoseLeaderOf(idle);
        }
        catch (SimulationViolation found)
        {
            violation = found;
        }
        _cluster.End();
        return new SimulationResult(
            _seed, violation, _faults, _trace.Hash, _world.Turns, _trace.Messages, _trace.Writes,
            _clients.Sum(client => client.Answered), _world.Now);
    }

    // As an operator would do once the group has a leader. A member that is not there then stays away.
    private void AddFormerMembers(TimeSpan after) => _world.Schedule(after, () =>
    {
        var survivor = _cluster.Nodes[0];
        if (!survivor.IsStranger && survivor.Process?.Peer?.Inspect().Role == RaftRole.Leader)
            _cluster.AddFormerMembers(survivor);
        else if (!_clientWorld.IsHealing)
            AddFormerMembers(TimeSpan.FromMilliseconds(100));
    });

    private bool Step(TimeSpan limit)
    {
        bool didSomething = _world.Step(limit);
        _violations.ThrowIfAny();
        return didSomething;
    }

    private void AfterTurn(SimulatedProcess process)
    {
        _violations.AfterTurn(process);
        if (process.IsDead)
            return;
        _cluster.Invariants.AfterTurn(process);
        _clientWorld.Bounds.Note(_world.Now);
        _injector.AfterTurn(process);
    }

    private void Answered(object message)
    {
        foreach (var client in _clients)
        {
            if (client.Receive(message))
                return;
        }
    }

    // Liveness: within some election timeouts there is a leader, and every client that asks gets an answer. Once no
    // client asks any more, all peers come to the same log.
    private void Heal()
    {
        var end = _world.Now + _options.HealTime;
        var half = _world.Now + (_options.HealTime / 2);
        var answered = _clients.ConvertAll(client => client.Answered);
        if (!RunUntil(() => _clients.Zip(answered).All(pair => pair.First.Answered > pair.Second + 1), half))
            throw new SimulationViolation("liveness",
                $"{_options.HealTime / 2} after the last fault not every client was served: {Describe()}");
        _clientWorld.MayStart = false;
        StartWhoeverIsBack();
        if (!RunUntil(() => _clients.TrueForAll(client => !client.IsBusy) && AllAgree()
            && _subscriber.Seen == _cluster.Invariants.CommitIndex, end))
            throw new SimulationViolation("liveness",
                $"{_options.HealTime} after the last fault the peers have not come to the same log: {Describe()}");
    }

    // A request for members that was under way for long may add a node again that had left. Then an operator would
    // start that node again.
    private void StartWhoeverIsBack()
    {
        foreach (var node in _cluster.Nodes.Where(node => node.HasLeft && _clientWorld.IsMember(node)))
        {
            _cluster.Kill(node);
            _cluster.Start(node);
        }
    }

    private bool RunUntil(Func<bool> condition, TimeSpan end)
    {
        while (true)
        {
            var limit = _world.Now + TimeSpan.FromMilliseconds(20);
            while (Step(limit < end ? limit : end))
            {
            }
            if (condition())
                return true;
            if (_world.Now >= end)
                return false;
        }
    }

    // All members according to the leader. A node that was removed, or never added, has no part in it.
    private bool AllAgree()
    {
        var leader = _cluster.Nodes.Select(node => node.Process?.Peer?.Inspect())
            .Where(state => state?.Role == RaftRole.Leader).MaxBy(state => state!.Value.HardState.Term);
        if (leader is not { } leads || leads.Configuration.IsJoint)
            return false;
        _members = _cluster.Nodes.Where(node => leads.Configuration.Find(node.Id) is not null).ToList();
        return _members.TrueForAll(node => leads.Configuration.Find(node.Id)!.Address == node.Address
            && node.Process?.Peer?.Inspect() is { } state
            && state.Log.LastIndex == leads.Log.LastIndex && state.Log.CommitIndex == leads.Log.LastIndex
                && state.AppliedIndex == leads.Log.LastIndex
            && _cluster.MachineOf(node)?.LastIndex == _cluster.MachineOf(_members[0])?.LastIndex
            // The next digest shows that a replica differs.
            && (!_cluster.StateWasChanged
                || (!state.IsSetAside
                && _cluster.MachineOf(node)?.WholeState == _cluster.MachineOf(_members[0])?.WholeState)));
    }

    private void CheckEnd()
    {
        var machines = _members.ConvertAll(node => _cluster.MachineOf(node)!);
        string state = machines[0].WholeState;
        for (int i = 1; i < machines.Count; i++)
        {
            if (machines[i].WholeState != state)
                throw new SimulationViolation("replicas are identical",
                    $"{_members[0]}: {state}\n{_members[i]}: {machines[i].WholeState}");
        }
        foreach (var (number, times) in machines[0].Applied)
        {
            if (times > 1)
                throw new SimulationViolation("a command is applied once",
                    $"Command {number} was applied {times} times.");
        }
        foreach (var (number, _) in _clientWorld.AcknowledgedCommands)
        {
            if (!machines[0].Applied.ContainsKey(number))
                throw new SimulationViolation("an acknowledged write is there",
                    $"Command {number} was acknowledged and is not there.");
        }
        var judged = LinearizabilityChecker.Check(KeyValueModel.Instance, _clientWorld.Recorder.History());
        if (!judged.IsLinearizable)
            throw new SimulationViolation("linearizable histories", judged.ToString());
    }

    // Whether each node keeps its own disk as it is, at its place. What the idle groups are, no other history knows.
    private static bool LeavesDisks(FaultKind kind) => kind is not (FaultKind.DiskSetBack or FaultKind.EventDamage
        or FaultKind.LeftoverDisk or FaultKind.CopiedDisk or FaultKind.Move or FaultKind.ChangeMembers);

    private void LoseLeaderOf(IdleGroups idle)
    {
        idle.StopProposing();
        if (!RunUntil(() => idle.AllRest, _world.Now + _options.HealTime))
            throw new SimulationViolation("idle groups rest", $"They do not rest: {idle.Describe()}");
        var lost = idle.LoseLeader();
        // Before anybody asks for anything.
        if (!RunUntil(() => idle.AllAreLed(lost), _world.Now + _options.HealTime))
            throw new SimulationViolation("liveness", $"Without {lost} not every idle group is led: {idle.Describe()}");
        var areServed = idle.ProposeEverywhere(lost);
        if (!RunUntil(areServed, _world.Now + _options.HealTime))
            throw new SimulationViolation("liveness", $"Without {lost} not every idle group is served: {idle.Describe()}");
    }

    private string Describe() =>
        $"a subscriber has seen {_subscriber.Seen} of {_cluster.Invariants.CommitIndex}; "
            + string.Join("; ", _cluster.Nodes.Select(node => node.Process?.Peer?.Inspect() is { } state
        ? $"{node} {state.Role} term {state.HardState.Term} last {state.Log.LastIndex} persisted "
            + $"{state.PersistedIndex} commit {state.Log.CommitIndex} applied {state.AppliedIndex} machine "
            + $"{_cluster.MachineOf(node)?.LastIndex}"
        : $"{node} has no peer"));
}
