using Akka.Actor;

namespace RaftActors.Singletons;

/// <summary>
/// An actor that runs on the node of a group's leader, one at a time in the group. It can be reached from every node.
/// </summary>
/// <remarks>
/// <para>
/// <see cref="Props"/> makes an actor for each node that has a peer of the group, and <see cref="ProxyProps"/> an actor
/// for each other node. Both kinds of actors are references to the singleton, wherever it runs: they forward their
/// messages to the singleton, with the sender. <b>Give these actors the same path on all nodes</b>, because they find
/// each other by that path.
/// </para>
/// <para>
/// While there is no singleton, up to <see cref="RaftSingletonSettings.BufferSize"/> messages wait on the node where
/// they were sent. Further messages become dead letters. Messages of one sender arrive in order. A message that is
/// under way when the singleton stops can be lost, as with every actor on another node.
/// </para>
/// <para><see cref="SingletonTenure"/> says what is guaranteed by time, and what by its token.</para>
/// </remarks>
public static class RaftSingleton
{
    /// <summary>
    /// The actor for a node that has a peer of the group. It runs the singleton while that peer leads.
    /// </summary>
    /// <param name="settings">How the singleton runs. <see cref="RaftSingletonSettings.Peer"/> must be set.</param>
    /// <param name="singleton">
    /// Says how the singleton is made, at the beginning of each tenure. If the singleton fails, its supervisor makes it
    /// again within the same tenure.
    /// </param>
    /// <exception cref="Akka.Configuration.ConfigurationException">
    /// The settings are not consistent. The message names the key.
    /// </exception>
    /// <exception cref="ArgumentException">The settings have no peer.</exception>
    public static Props Props(RaftSingletonSettings settings, Func<SingletonTenure, Props> singleton)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(singleton);
        settings.Validate();
        if (settings.Peer is null)
            throw new ArgumentException("A node that runs the singleton has a peer of the group.", nameof(settings));
        return Akka.Actor.Props.Create(() => new SingletonProxy(settings, singleton));
    }

    /// <summary>The actor for a node without a peer of the group. It reaches the singleton and never runs it.</summary>
    /// <param name="settings">
    /// How the singleton is reached. <see cref="RaftSingletonSettings.Addresses"/> must be set.
    /// </param>
    /// <exception cref="Akka.Configuration.ConfigurationException">
    /// The settings are not consistent. The message names the key.
    /// </exception>
    /// <exception cref="ArgumentException">The settings have no addresses.</exception>
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
