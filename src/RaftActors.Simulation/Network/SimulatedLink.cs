using RaftActors.Simulation.World;

namespace RaftActors.Simulation.Network;

/// <summary>The one-way link from a node to another.</summary>
internal sealed class SimulatedLink(SimulatedNode from, SimulatedNode to)
{
    public SimulatedNode From => from;

    public SimulatedNode To => to;

    /// <summary>How many faults cut it at present.</summary>
    public int Cuts { get; set; }

    /// <summary>When the latest message so far arrives: an orderly link lets none arrive before it.</summary>
    public TimeSpan LastArrival { get; set; }

    /// <summary>What is on its way, in the order in which it was sent.</summary>
    public List<Passage> Underway { get; } = [];

    public override string ToString() => $"{from}->{to}";
}

/// <summary>A message on its way.</summary>
internal sealed record Passage(byte[] Bytes, int SerializerId, string Manifest, object Original)
{
    /// <summary>Its connection broke before it was through.</summary>
    public bool IsLost { get; set; }
}
