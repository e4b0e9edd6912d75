using System.Collections.Concurrent;

namespace RaftActors.Resting;

/// <summary>
/// When each other node was last heard on behalf of the groups that rest. The <see cref="NodeWatch"/> of this node
/// writes it, and peers read it. Any thread may use it.
/// </summary>
internal sealed class NodeContacts
{
    private readonly ConcurrentDictionary<(string Own, string Other), TimeSpan> _heard = new();

    /// <summary>The two ends of a link, whatever the names of the actor systems are.</summary>
    public static (string Own, string Other) Ends(string own, string other) =>
        (NodeAddress.EndpointOf(own), NodeAddress.EndpointOf(other));

    /// <summary>When a node was last heard; <c>null</c> if no group rests with it.</summary>
    /// <param name="own">The address of this node.</param>
    /// <param name="other">The address of the other node.</param>
    public TimeSpan? Heard(string own, string other) =>
        _heard.TryGetValue(Ends(own, other), out var heard) ? heard : null;

    /// <summary>Records when a node was last heard.</summary>
    public void Set((string Own, string Other) ends, TimeSpan heard) => _heard[ends] = heard;

    /// <summary>Forgets a node with which no group rests.</summary>
    public void Remove((string Own, string Other) ends) => _heard.TryRemove(ends, out _);
}
