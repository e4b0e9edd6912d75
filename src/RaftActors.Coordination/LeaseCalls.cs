using Akka.Actor;

namespace RaftActors.Coordination;

/// <summary>A <see cref="RaftLease"/> wants a command sent to the group.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Request">The caller that waits for the answer; <c>null</c> for none.</param>
internal abstract record LeaseCall(RaftLease Lease, LeaseRequest? Request) : INoSerializationVerificationNeeded;

/// <summary>Acquire the lease.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Waiter">The caller that waits for the answer.</param>
/// <param name="LeaseLost">Called when the lease is lost.</param>
/// <param name="Releases">How often the lease had been released before.</param>
internal sealed record AcquireCall(
    RaftLease Lease, LeaseRequest Waiter, Action<Exception> LeaseLost, int Releases) : LeaseCall(Lease, Waiter);

/// <summary>Release the lease.</summary>
internal sealed record ReleaseCall(RaftLease Lease, LeaseRequest? Request) : LeaseCall(Lease, Request);
