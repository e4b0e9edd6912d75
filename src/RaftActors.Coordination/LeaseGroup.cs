using Akka.Actor;
using RaftActors.Client;

namespace RaftActors.Coordination;

/// <summary>What an actor system knows of a lease group.</summary>
/// <param name="name">The group's name.</param>
internal sealed class LeaseGroup(string name)
{
    private volatile string _problem = "";
    private volatile RaftClientSettings? _client;

    public string Name { get; } = name;

    /// <summary>The actor that keeps this process's leases; <c>null</c> until somebody wants one.</summary>
    public IActorRef? Keeper { get; set; }

    /// <summary>How the group is reached; <c>null</c> as long as nobody has said it.</summary>
    public RaftClientSettings? Client
    {
        get => _client;
        set => _client = value;
    }

    /// <summary>
    /// Why the group cannot be used at the moment, in a sentence; empty if it can, as far as is known.
    /// </summary>
    public string Problem
    {
        get => _problem;
        set => _problem = value;
    }
}
