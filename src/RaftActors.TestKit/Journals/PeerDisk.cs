using Akka.Actor;
using RaftActors.TestKit.Time;

namespace RaftActors.TestKit.Journals;

/// <summary>The disk of a peer: what stays when its process dies, and what can go wrong with a write.</summary>
internal sealed class PeerDisk(string peerId, VirtualWorld world, Random random, ClusterJournal journal)
{
    private readonly List<IActorRef> _gates = [];

    /// <summary>The disk that the peer of an actor system writes to.</summary>
    public static PeerDisk Of(ActorSystem system)
    {
        var config = system.Settings.Config;
        return VirtualWorld.Named(config.GetString(ClusterConfig.WorldKey, "")).Disks[config.GetString(ClusterConfig.PeerKey, "")];
    }

    public string PeerId => peerId;

    public VirtualWorld World => world;

    public ClusterJournal Journal => journal;

    /// <summary>What <see cref="InMemoryClusterJournal"/> has stored.</summary>
    public InMemoryStore Store { get; } = new();

    public TimeSpan MinLatency { get; init; }

    public TimeSpan MaxLatency { get; init; }

    /// <summary>Writes are not given to the journal: they wait, as in a cache that was not synced.</summary>
    public bool HoldsWrites { get; private set; }

    /// <summary>Writes are done, but the peer is not told.</summary>
    public bool HoldsAnswers { get; private set; }

    /// <summary>Nobody reads the answers any more, and nothing new is written.</summary>
    public bool IsDead { get; private set; }

    /// <summary>The reason to fail the next write for, and how; <c>null</c> when it is to succeed.</summary>
    public (Exception Cause, bool Reject)? NextFailure { get; set; }

    public TimeSpan DrawLatency() => MinLatency + (MaxLatency - MinLatency) * random.NextDouble();

    public double Draw() => random.NextDouble();

    public void Attach(IActorRef gate) => _gates.Add(gate);

    public void Hold(bool writes, bool answers)
    {
        HoldsWrites = writes;
        HoldsAnswers = answers;
        TellGates(PluginGate.Resume.Instance);
    }

    /// <summary>Writes what was held, without answering.</summary>
    public void Flush()
    {
        Hold(writes: false, answers: true);
        TellGates(PluginGate.Hurry.Instance);
        world.Settle();
    }

    /// <summary>The process dies.</summary>
    public void Die()
    {
        IsDead = true;
        _gates.Clear();
    }

    /// <summary>A new process starts.</summary>
    public void Revive()
    {
        IsDead = false;
        HoldsWrites = false;
        HoldsAnswers = false;
        NextFailure = null;
    }

    private void TellGates(object message)
    {
        foreach (var gate in _gates)
            gate.Tell(message, ActorRefs.NoSender);
    }
}
