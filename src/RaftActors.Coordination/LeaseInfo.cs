namespace RaftActors.Coordination;

/// <summary>A lease that is held, as the group's log says.</summary>
/// <param name="Name">The name of the lease.</param>
/// <param name="Owner">The owner's name.</param>
/// <param name="Process">The number of the owner's process. A process that started later has a higher number.</param>
/// <param name="Token">The fencing token: the index of the entry that granted the lease.</param>
/// <param name="TimeToLive">How long the lease lives without a sign of life of the owner's process.</param>
/// <param name="TimeLeft">
/// The time that the lease has left, by the lease clock at the last command of the group.
/// </param>
public sealed record LeaseInfo(string Name, string Owner, long Process, long Token, TimeSpan TimeToLive,
    TimeSpan TimeLeft)
{
    internal static LeaseInfo Of(Wire.Lease lease) => new(
        lease.Name,
        lease.Owner,
        lease.Process,
        lease.Token,
        TimeSpan.FromMilliseconds(lease.TimeToLive),
        TimeSpan.FromMilliseconds(lease.TimeLeft));
}
