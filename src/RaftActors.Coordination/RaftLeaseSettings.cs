using Akka.Configuration;
using Akka.Coordination;

namespace RaftActors.Coordination;

/// <summary>The settings of a lease that are not common to all kinds of leases.</summary>
/// <param name="Group">The Raft group.</param>
/// <param name="Addresses">Nodes of the group.</param>
/// <param name="Dispatcher">The id of the dispatcher on which the lease keeper runs.</param>
/// <param name="TimeToLive">How long a lease lives without a sign of life.</param>
/// <param name="HoldTime">
/// How long a holder counts on the lease, by the holder's monotonic clock, from before it asked: the time to live, less
/// the clock drift, less the margin.
/// </param>
/// <param name="SignInterval">How often the process gives a sign of life.</param>
/// <param name="OperationTimeout">After what time an operation on the lease ends.</param>
internal sealed record RaftLeaseSettings(
    string Group,
    IReadOnlyList<string> Addresses,
    string Dispatcher,
    TimeSpan TimeToLive,
    TimeSpan HoldTime,
    TimeSpan SignInterval,
    TimeSpan OperationTimeout)
{
    /// <summary>The section that <c>reference.conf</c> defines.</summary>
    public const string DefaultSection = "akka.coordination.lease.raft";

    /// <summary>Reads the settings of a lease.</summary>
    /// <param name="lease">The name, the owner, the times, and the section of the configuration.</param>
    /// <exception cref="ConfigurationException">
    /// A value is missing, or the values do not fit together. The message names the key.
    /// </exception>
    public static RaftLeaseSettings From(LeaseSettings lease)
    {
        Check(lease.LeaseName is { Length: > 0 }, "the name of a lease is empty. Give it a name, of any length.");
        Check(lease.OwnerName is { Length: > 0 },
            $"the owner of the lease '{lease.LeaseName}' is empty. Give it a name, the same for all leases of a node.");
        var defaults = RaftLeases.DefaultConfig().GetConfig(DefaultSection);
        var section = lease.LeaseConfig is { IsEmpty: false } own ? own.WithFallback(defaults) : defaults;
        string group = section.GetString("group", "") ?? "";
        Check(group.Length > 0,
            $"group is empty. It names the Raft group that has the leases; {DefaultSection}.group has the default.");
        double drift = Read(section, "clock-drift", key => section.GetDouble(key));
        Check(drift is >= 0 and < 1, $"clock-drift = {drift}. It is a part of 1: at least 0, and less than 1.");
        var margin = Read(section, "margin", key => section.GetTimeSpan(key, null, allowInfinite: false));
        var times = lease.TimeoutSettings;
        Check(times.OperationTimeout > TimeSpan.Zero,
            $"lease-operation-timeout = {Ms(times.OperationTimeout)}. It must be more than 0.");
        Check(times.HeartbeatInterval > TimeSpan.Zero,
            $"heartbeat-interval = {Ms(times.HeartbeatInterval)}. It must be more than 0.");
        var hold = (times.HeartbeatTimeout * (1 - drift)) - margin;
        Check(hold > 2 * times.HeartbeatInterval,
            $"heartbeat-timeout = {Ms(times.HeartbeatTimeout)} leaves a holder {Ms(hold)}, after clock-drift = {drift} "
                + $"and margin = {Ms(margin)}."
            + $" That must be more than twice heartbeat-interval = {Ms(times.HeartbeatInterval)}, or one late sign of "
                + "life loses the lease.");
        return new RaftLeaseSettings(
            group,
            // Akka.NET reads [ ] as a list of one null.
            [.. Read(section, "addresses", key => section.GetStringList(key, [])).OfType<string>()],
            section.GetString("use-dispatcher", ""),
            times.HeartbeatTimeout,
            hold,
            times.HeartbeatInterval,
            times.OperationTimeout);
    }

    private static T Read<T>(Config section, string key, Func<string, T> read)
    {
        try
        {
            return read(key);
        }
        catch (Exception problem)
        {
            throw new ConfigurationException($"The section of a lease on Raft: {key} = {section.GetValue(key)}: "
                + $"{problem.Message}", problem);
        }
    }

    private static string Ms(TimeSpan time) => FormattableString.Invariant($"{time.TotalMilliseconds} ms");

    private static void Check(bool good, string why)
    {
        if (!good)
            throw new ConfigurationException($"The section of a lease on Raft: {why}");
    }
}
