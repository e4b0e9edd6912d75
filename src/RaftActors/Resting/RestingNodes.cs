using Akka.Actor;

namespace RaftActors.Resting;

/// <summary>What a node has for all its groups that rest.</summary>
/// <param name="Watch">The <see cref="NodeWatch"/>.</param>
/// <param name="Contacts">When the watch has heard other nodes.</param>
internal sealed record RestingNodes(IActorRef Watch, NodeContacts Contacts);
