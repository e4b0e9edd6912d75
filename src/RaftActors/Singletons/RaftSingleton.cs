using Akka.Actor;

namespace RaftActors.Singletons;

/// <summary>
/// An actor that runs on the node of a group's leader, one at a time in the group, and is reached from every node.
/// </summary>
/// <remarks>
/// <para>
/// <see cref="Props"/> makes an actor for each node that has a peer of the group, <see cref="ProxyProps"/> one for each
/// other node. Both are references to the singleton, wherever it runs: what they are told goes to the singleton, with
/// its sender. <b>They have the same path on all nodes</b>, because by that path they find each other.
/// </para>
/// <para>
/// While there is no singleton, up to <see cref="RaftSingletonSettings.BufferSize"/> messages wait on the node where
/// they were told; the next ones are dead letters. Messages of one sender arrive in order. A message that is on its way
/// when the singleton stops can be lost, as with every actor on another node.
/// </para>
/// <para>
/// <see cref="SingletonTenure"/> says what is guaranteed by time, and what by its token.
/// </para>
/// </remarks>
public static class RaftSingleton
{
    /// <summary>The actor of a node that has a peer of the group: runs the singleton while that peer leads.</summary>
    /// <param name="settings">How it runs; with <see cref="RaftSingletonSettings.Peer"/>.</param>
    /// <param name="singleton">
    /// Says, at the beginning of each tenure, how the singleton is made. When the singleton fails its supervisor makes
    /// it again within the same tenure.
    /// </param>
    /// <exception cref="Akka.Configuration.ConfigurationException">
    /// The settings do not go together; the message names the key.
    /// </exception>
    /// <exception cref="ArgumentException">There is no peer in the settings.</exception>
    public static Props Props(RaftSingletonSettings settings, Func<SingletonTenure, Props> singleton)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(singleton);
        settings.Validate();
        if (settings.Peer is null)
            throw new ArgumentException("A node that runs the singleton has a peer of the group.", nameof(settings));
        return Akka.Actor.Props.Create(() => new SingletonProxy(settings, singleton));
    }

    /// <summary>The actor of a node without a peer of the group: reaches the singleton, and never runs it.</summary>
    /// <param name="settings">How it runs; with <see cref="RaftSingletonSettings.Addresses"/>.</param>
    /// <exception cref="Akka.Configuration.ConfigurationException">
    /// The settings do not go together; the message names the key.
    /// </exception>
    /// <exception cref="ArgumentException">There are no addresses in the settings.</exception>
    public static Props ProxyProps(RaftSingletonSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Validate();
        if (settings.Addresses.Count == 0)
            throw new ArgumentException(
                "A node without a peer of the group needs the addresses of all that have one.", nameof(settings));
        return Akka.Actor.Props.Create(() => new SingletonProxy(settings, null));
    }
}
