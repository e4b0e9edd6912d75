using Akka.Actor;
using RaftActors.Groups;
using RaftActors.Resting;

namespace RaftActors;

/// <summary>What all groups of a node share.</summary>
/// <param name="Watch">The <see cref="NodeWatch"/>.</param>
/// <param name="Contacts">When the watch has heard other nodes.</param>
/// <param name="Snapshots">Bounds how many peers take a snapshot at the same time.</param>
internal sealed record SharedByGroups(IActorRef Watch, NodeContacts Contacts, Permits Snapshots);
