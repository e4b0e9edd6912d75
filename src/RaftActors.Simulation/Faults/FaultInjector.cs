using RaftActors.Client;
using RaftActors.Simulation.World;
using RaftActors.TestKit;
using RaftActors.TestKit.Journals;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.Faults;

/// <summary>Begins and ends the faults of a plan.</summary>
internal sealed class FaultInjector(Cluster cluster, VirtualWorld world, Past past)
{
    private static readonly LinkFaults Bad = LinkFaults.Unreliable with { Loss = 0.05 };

    private readonly Dictionary<SimulatedNode, int> _turnsLeft = [];
    private readonly DiskLoss _loss = new(cluster);
    private readonly WrongDisks _disks = new(cluster, world, past);
    private bool _over;

    /// <summary>Schedules all faults.</summary>
    public void Plan(IEnumerable<Fault> faults)
    {
        foreach (var fault in faults)
            world.Schedule(fault.At, () => Begin(fault));
    }

    /// <summary>
    /// Called when an actor of a process has had its turn. If a crash is due, the process may end here.
    /// </summary>
    public void AfterTurn(SimulatedProcess process)
    {
        _disks.AfterTurn();
        if (_turnsLeft.Count == 0 || !_turnsLeft.TryGetValue(process.Node, out int left))
            return;
        if (left > 0)
            _turnsLeft[process.Node] = left - 1;
        else
            Crash(process.Node);
    }

    /// <summary>Ends all faults, and repairs everything that was broken.</summary>
    public void End()
    {
        _over = true;
        _turnsLeft.Clear();
        cluster.Network.Faults = LinkFaults.None;
        _disks.EndCopies(null);
        foreach (var stranger in cluster.Nodes.Where(node => node.IsStranger))
            Exchange(stranger);
        foreach (var from in cluster.Nodes)
        {
            foreach (var to in cluster.Nodes)
                cluster.Network.Between(from, to).Cuts = 0;
            from.Disk.Recover();
            from.Disk.MaxLatency = TimeSpan.FromMilliseconds(1);
            from.MachineFails = false;
            from.MachineDelay = TimeSpan.Zero;
            from.Process?.Resume();
            if (from.Process is null)
                cluster.Start(from);
        }
    }

    private void Begin(Fault fault)
    {
        if (_over)
            return;
        if (cluster.Trace.IsOn)
            cluster.Trace.Line($"*** {fault.Kind} {fault.Detail}");
        var node = fault.Node >= 0
            ? cluster.Nodes[fault.Node]
            : cluster.Nodes.FirstOrDefault(each => each.Id == cluster.Invariants.LatestLeader) ?? cluster.Nodes[0];
        var other = cluster.Nodes[fault.Other];
        if (!FaultPlan.LeavesOthersHeard(fault.Kind))
            _disks.EndCopies(null);
        switch (fault.Kind)
        {
            case FaultKind.Crash:
                CrashSoon(node, fault);
                break;
            case FaultKind.CrashAll:
                foreach (var each in cluster.Nodes)
                    CrashSoon(each, fault);
                break;
            case FaultKind.Pause when node.Process is { } process:
                process.Pause();
                if (fault.Duration > cluster.LongestPause)
                    cluster.LongestPause = fault.Duration;
                Later(fault, process.Resume);
                break;
            case FaultKind.Isolate:
                Cut(fault, (from, to) => from == node || to == node);
                break;
            case FaultKind.Partition:
                Cut(fault, (from, to) => SideOf(from, fault) != SideOf(to, fault));
                break;
            case FaultKind.OneWay:
                Cut(fault, (from, to) => from == node && to == other);
                break;
            case FaultKind.Flap:
                Flap(fault with { Duration = TimeSpan.FromMilliseconds(1 + (fault.Detail % 80)) }, node, other, 10);
                break;
            case FaultKind.Break:
                cluster.Network.Break(node, other);
                break;
            case FaultKind.Weather:
                Weather(fault, Bad with { Loss = 0.2 * (fault.Detail % 100) / 100, InOrder = fault.Detail % 3 == 0,
                    LongDelay = fault.Detail % 4 == 0 ? 0.1 : 0, MinLongDelay = TimeSpan.FromMilliseconds(100),
                    MaxLongDelay = TimeSpan.FromMilliseconds(900) });
                break;
            case FaultKind.Duplicates:
                Weather(fault, cluster.Network.Faults with { Duplication = 0.3 });
                break;
            case FaultKind.DiskStall:
                node.Disk.Stall(fault.Duration);
                break;
            case FaultKind.DiskSlow:
                node.Disk.MaxLatency = TimeSpan.FromMilliseconds(5 + (fault.Detail % 60));
                Later(fault, () => node.Disk.MaxLatency = TimeSpan.FromMilliseconds(1));
                break;
            case FaultKind.DiskFailure:
                node.Disk.FailNext((WriteFailure)(fault.Detail % 3), DiskWork.Events | DiskWork.EventDeletion);
                break;
            case FaultKind.Transfer:
                cluster.Ask(node, new TransferLeadership(fault.Detail % 3 == 0 ? null : other.Id));
                break;
            case FaultKind.ChangeMembers:
                cluster.ChangeMembers(node, fault.Detail);
                break;
            case FaultKind.Campaign:
                cluster.Ask(node, new Campaign());
                break;
            case FaultKind.SnapshotFailure:
                node.Disk.FailNext((WriteFailure)(fault.Detail % 3), DiskWork.Snapshot | DiskWork.SnapshotDeletion);
                break;
            case FaultKind.MachineSlow:
                node.MachineDelay = TimeSpan.FromMilliseconds(1 + (fault.Detail % 120));
                Later(fault, () => node.MachineDelay = TimeSpan.Zero);
                break;
            case FaultKind.SnapshotDamage:
                if (SnapshotDamage.Do(node, fault.Detail) is { } damaged && cluster.Trace.IsOn)
                    cluster.Trace.Line($"{node}: {damaged}");
                break;
            case FaultKind.DiskSetBack:
                SetBackLater(node, fault);
                break;
            case FaultKind.EventDamage:
                Crash(node);
                if (_loss.Damage(node, fault.Detail) is > 0 and var number && cluster.Trace.IsOn)
                    cluster.Trace.Line($"{node}: event {number} is damaged");
                StartSoon(node, fault);
                break;
            case FaultKind.LeftoverDisk when cluster.Nodes[fault.Detail % cluster.Nodes.Count] is var wrong
                && _disks.MayBeExchanged(wrong):
                Exchange(wrong);
                StartSoon(wrong, fault);
                // Long enough for an election among the peers with such disks.
                Later(fault with { Duration = 2 * fault.Duration }, () =>
                {
                    Exchange(wrong);
                    StartSoon(wrong, fault);
                });
                break;
            case FaultKind.CopiedDisk:
                _disks.Copy(node, fault.Duration);
                break;
            case FaultKind.Move:
                Move(node, fault);
                break;
            case FaultKind.MachineFailure:
                node.MachineFails = true;
                break;
            case FaultKind.StateChange:
                cluster.ChangeState(node, fault.Detail);
                break;
        }
    }

    // Not at the moment of the fault, when nothing may be going on, but some turns later, or a few milliseconds later
    // at the latest.
    private void CrashSoon(SimulatedNode node, Fault fault)
    {
        _turnsLeft[node] = fault.Detail % 40;
        world.Schedule(TimeSpan.FromMilliseconds(5), () =>
        {
            if (_turnsLeft.ContainsKey(node))
                Crash(node);
        });
        world.Schedule(fault.Duration + TimeSpan.FromMilliseconds(5), () =>
        {
            if (node.Process is null)
                cluster.Start(node);
        });
    }

    // The copy is made now. Later the process dies, and the next one finds the copy.
    private void SetBackLater(SimulatedNode node, Fault fault)
    {
        var copy = DiskLoss.Copy(node);
        world.Schedule(fault.Duration, () =>
        {
            if (_over)
                return;
            Crash(node);
            bool isSetBack = _loss.SetBack(node, copy);
            if (cluster.Trace.IsOn)
                cluster.Trace.Line($"{node}: the disk is {(isSetBack ? "set back" : "as it was")}");
            StartSoon(node, fault);
        });
    }

    private void Exchange(SimulatedNode node)
    {
        Crash(node);
        _disks.Exchange(node);
    }

    // The node must have a log and be a member. Only a minority of all nodes moves; the others stay at their known
    // addresses. Clients must know the address of a member. A founder whose log is empty knows only the addresses in its
    // settings, and an operator would first have to change these.
    private void Move(SimulatedNode node, Fault fault)
    {
        bool isMember = !node.IsStranger && !node.Joins && node.Durable.LastIndex > 0
            && cluster.Invariants.CommitIndex > 0;
        int moved = cluster.Nodes.Count(static each => each.HasMoved);
        bool areFew = node.HasMoved || moved < cluster.LargestMinority;
        bool allHaveLogs = cluster.Nodes.All(each => each == node || each.Joins || each.Own.LastIndex > 0);
        if (!isMember || !areFew || !allHaveLogs || !cluster.IsFoundByClients(each => each != node))
            return;
        Crash(node);
        cluster.Move(node, $"{node.Id}.{fault.Detail}:4051");
        StartSoon(node, fault);
    }

    private void StartSoon(SimulatedNode node, Fault fault) =>
        world.Schedule(TimeSpan.FromMilliseconds(fault.Detail % 50), () => StartIfDown(node));

    private void StartIfDown(SimulatedNode node)
    {
        if (node.Process is null)
            cluster.Start(node);
    }

    private void Crash(SimulatedNode node)
    {
        _turnsLeft.Remove(node);
        cluster.Kill(node);
    }

    private void Cut(Fault fault, Func<SimulatedNode, SimulatedNode, bool> which)
    {
        var links = cluster.Nodes.SelectMany(_ => cluster.Nodes, cluster.Network.Between)
            .Where(link => link.From != link.To && which(link.From, link.To)).ToList();
        links.ForEach(link => link.Cuts++);
        Later(fault, () => links.ForEach(link => link.Cuts--));
    }

    private void Flap(Fault fault, SimulatedNode one, SimulatedNode other, int times)
    {
        if (_over || times == 0)
            return;
        Cut(fault, (from, to) => (from == one && to == other) || (from == other && to == one));
        world.Schedule(fault.Duration * 2, () => Flap(fault, one, other, times - 1));
    }

    private void Weather(Fault fault, LinkFaults faults)
    {
        cluster.Network.Faults = faults;
        Later(fault, () => cluster.Network.Faults = LinkFaults.None);
    }

    private void Later(Fault fault, Action undo) => world.Schedule(fault.Duration, () =>
    {
        if (!_over)
            undo();
    });

    private int SideOf(SimulatedNode node, Fault fault) => (fault.Detail >> cluster.IndexOf(node)) & 1;
}
