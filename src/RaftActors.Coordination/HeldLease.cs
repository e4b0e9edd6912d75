namespace RaftActors.Coordination;

/// <summary>A lease that is held, in the replicated state. Immutable.</summary>
/// <param name="Name">The name of the lease.</param>
/// <param name="Owner">The owner's name: <see cref="Akka.Coordination.LeaseSettings.OwnerName"/>.</param>
/// <param name="Process">
/// The number of the owner's process. Each process that runs under the owner's name is one incarnation of the owner.
/// </param>
/// <param name="Token">The fencing token: the index of the entry that granted the lease.</param>
/// <param name="TimeToLive">
/// How long the lease lives without a sign of life of the owner's process, in milliseconds of the lease clock.
/// </param>
/// <param name="GrantedAt">When the lease was granted, by the lease clock.</param>
internal sealed record HeldLease(string Name, string Owner, long Process, long Token, long TimeToLive, long GrantedAt);
