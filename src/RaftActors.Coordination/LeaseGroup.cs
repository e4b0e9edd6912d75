using Akka.Actor;
using RaftActors.Client;

namespace RaftActors.Coordination;

/// <summary>What an actor system knows about a lease group.</summary>
/// <param name="name">The group's name.</param>
internal sealed class LeaseGroup(string name)
{
    private volatile string _problem = "";
    private volatile RaftClientSettings? _client;

    public string Name { get; } = name;

    /// <summary>
    /// The actor that keeps this process's leases; <c>null</c> until a lease of the group is first used.
    /// </summary>
    public IActorRef? Keeper { get; set; }

    /// <summary>How this actor system reaches the group; <c>null</c> until that is configured.</summary>
    public RaftClientSettings? Client
    {
        get => _client;
        set => _client = value;
    }

    /// <summary>Why the group cannot be used at the moment, in a sentence. Empty if no reason is known.</summary>
    public string Problem
    {
        get => _problem;
        set => _problem = value;
    }
}
