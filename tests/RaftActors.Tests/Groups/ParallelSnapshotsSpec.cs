using Akka.Actor;
using RaftActors.Client;
using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Groups;

/// <summary>A node with many groups takes only so many snapshots at a time.</summary>
public sealed class ParallelSnapshotsSpec
{
    private const int Groups = 12;
    private const string Often = "snapshot { entries = 5, min-growth = 0, chunk-size = 1 KiB }";

    private readonly List<string> _underWay = [];
    private readonly List<string> _stored = [];
    private int _most;

    [Theory]
    [InlineData(2, 2)]
    [InlineData(100, Groups)]
    public void Groups_whose_snapshots_are_due_together_take_turns(int parallel, int expected)
    {
        using var nodes = Start($"{Often}\ngroups.parallel-snapshots = {parallel}");

        ProposeToAll(nodes, 5);
        nodes.Await(() => _stored.Distinct().Count() == Groups, "all groups have a snapshot");

        Assert.Equal(expected, _most);
        Assert.Empty(_underWay);
        // Each further one gets its turn as well.
        _stored.Clear();
        ProposeToAll(nodes, 10);
        nodes.Await(() => _stored.Distinct().Count() == Groups, "all groups have another snapshot");
        Assert.Equal(expected, _most);
    }

    [Fact]
    public void Groups_whose_state_machines_cannot_write_a_snapshot_do_not_keep_the_others_from_theirs()
    {
        using var nodes = Start($"{Often}\ngroups.parallel-snapshots = 1", isBroken: 6);

        ProposeToAll(nodes, 5);
        nodes.Await(() => _stored.Distinct().Count() == Groups - 6, "the others have a snapshot");

        Assert.All(_stored, static group => Assert.InRange(int.Parse(group["group".Length..]), 6, Groups - 1));
        Assert.Equal(1, _most);
    }

    [Fact]
    public void Groups_that_are_stopped_while_they_take_a_snapshot_leave_their_turn_to_the_others()
    {
        using var nodes = Start($"{Often}\ngroups.parallel-snapshots = 3");
        var proposed = Propose(nodes, 5);
        nodes.Await(() => _underWay.Count == 3, "three are under way");
        string[] stopped = [.. _underWay];

        // Their journals and their snapshots take an hour from now on, so none of the three is stored.
        nodes[0].Disk.Stall(TimeSpan.FromHours(1));
        foreach (string group in stopped)
            nodes.Await(nodes[0].Raft.StopAsync(group));
        _underWay.Clear();
        nodes[0].Disk.Recover();

        nodes.Await(() => _stored.Except(stopped).Count() == Groups - 3, "the others have a snapshot");
        Assert.Equal(3, _most);
        _ = proposed;
    }

    private GroupNodes Start(string config, int isBroken = 0)
    {
        var nodes = new GroupNodes(1, config);
        var listener = nodes[0].System.ActorOf(Props.Create(() => new Listener(OnStored)));
        nodes[0].System.EventStream.Subscribe(listener, typeof(SnapshotStored));
        nodes.Register(nodes[0], create: group =>
            new Machine(() => OnTaken(group, int.Parse(group["group".Length..]) < isBroken)));
        for (int i = 0; i < Groups; i++)
            nodes.Create($"group{i}");
        nodes.Settle();
        return nodes;
    }

    private static void ProposeToAll(GroupNodes nodes, int commands)
    {
        foreach (var task in Propose(nodes, commands))
            nodes.Await(task);
    }

    private static List<Task<Proposed>> Propose(GroupNodes nodes, int commands) =>
        [.. Enumerable.Range(0, Groups * commands).Select(i => nodes[0].Raft.ProposeRetryAsync(
            $"group{i % Groups}", new byte[] { 1 }, TimeSpan.FromMinutes(1)))];

    private void OnTaken(string group, bool isBroken)
    {
        if (isBroken)
            throw new InvalidOperationException("It is broken.");
        _underWay.Add(group);
        _most = Math.Max(_most, _underWay.Count);
    }

    private void OnStored(SnapshotStored stored)
    {
        _underWay.Remove(stored.Group);
        _stored.Add(stored.Group);
    }

    private sealed class Listener(Action<SnapshotStored> heard) : UntypedActor
    {
        protected override void OnReceive(object message) => heard((SnapshotStored)message);
    }

    private sealed class Machine(Action taken) : IStateMachine
    {
        public object? Apply(LogEntry entry, object command) => null;

        public object? Query(object request) => null;

        public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot()
        {
            taken();
            // So many chunks that the snapshots of all groups would overlap.
            return Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[1024], 200);
        }

        public void Restore(Stream snapshot)
        {
        }
    }
}
