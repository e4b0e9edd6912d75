using System.Globalization;
using Akka.Configuration;

namespace RaftActors.Cluster;

/// <summary>How the members of a group follow the nodes of the cluster. Immutable.</summary>
/// <remarks>
/// <see cref="FromConfig"/> reads the settings from HOCON, section <c>akka.cluster.raft</c>. <c>reference.conf</c>
/// documents each key.
/// </remarks>
public sealed record ClusterMembershipSettings
{
    /// <summary>Where the settings are in the configuration of an actor system.</summary>
    public const string Section = "akka.cluster.raft";

    /// <summary>The role of the nodes on which members run; empty for all nodes of the cluster.</summary>
    public string Role { get; init; } = "";

    /// <summary>How many voters the group should have: an odd number.</summary>
    public int DesiredVoters { get; init; } = 3;

    /// <summary>
    /// How long the cluster has to be without a member's node before the member is replaced; <c>null</c> for never.
    /// </summary>
    public TimeSpan? Replacement { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a node that leaves waits until another node has its vote.</summary>
    public TimeSpan LeaveTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How often the leader's node compares the members with the nodes.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The name of the service with the contact points; empty for a node that never founds a group.</summary>
    public string ServiceName { get; init; } = "";

    /// <summary>The name of the port, for discovery methods that know such names.</summary>
    public string PortName { get; init; } = "";

    /// <summary>The method of Akka.Discovery; empty for <c>akka.discovery.method</c>.</summary>
    public string DiscoveryMethod { get; init; } = "";

    /// <summary>How many nodes found the group; 0 for <see cref="DesiredVoters"/>.</summary>
    public int Founders { get; init; }

    /// <summary>How often the contact points are asked.</summary>
    public TimeSpan ContactInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many voters the group gets: an even number of desired voters counts as the odd one below.</summary>
    internal int WantedVoters => DesiredVoters % 2 == 0 ? DesiredVoters - 1 : DesiredVoters;

    /// <summary>How many nodes found the group.</summary>
    internal int NeededFounders => Founders > 0 ? Founders : WantedVoters;

    /// <summary>Reads the settings. Keys that are missing have the defaults of <c>reference.conf</c>.</summary>
    /// <param name="section">
    /// The section: <c>system.Settings.Config.GetConfig("akka.cluster.raft")</c>; <c>null</c> for none.
    /// </param>
    /// <exception cref="ConfigurationException">
    /// A key is unknown, or its value is not usable; the message names the key and the value.
    /// </exception>
    public static ClusterMembershipSettings FromConfig(Config? section)
    {
        var reference = ClusterMembership.DefaultConfig();
        new KnownKeys(reference, Section).Check(Section, section);
        var defaults = reference.GetConfig(Section);
        var all = section is { IsEmpty: false } ? section.WithFallback(defaults) : defaults;
        var settings = new ClusterMembershipSettings
        {
            Role = Text(all, "role"),
            DesiredVoters = Count(all, "desired-voters"),
            Replacement = Text(all, "replacement") == "never" ? null : Duration(all, "replacement"),
            LeaveTimeout = Duration(all, "leave-timeout"),
            CheckInterval = Duration(all, "check-interval"),
            ServiceName = Text(all, "contact-points.service-name"),
            PortName = Text(all, "contact-points.port-name"),
            DiscoveryMethod = Text(all, "contact-points.discovery-method"),
            Founders = Count(all, "contact-points.founders"),
            ContactInterval = Duration(all, "contact-points.interval"),
        };
        settings.Validate();
        return settings;
    }

    /// <summary>Checks that the settings can be used.</summary>
    /// <exception cref="ConfigurationException">They cannot; the message names the key and its value.</exception>
    public void Validate()
    {
        Check(DesiredVoters > 0, "desired-voters", DesiredVoters, "a group has at least one voter");
        Check(Replacement is null || Replacement >= TimeSpan.Zero, "replacement", Replacement!,
            "it must not be negative");
        Check(LeaveTimeout >= TimeSpan.Zero, "leave-timeout", LeaveTimeout, "it must not be negative");
        Check(CheckInterval > TimeSpan.Zero, "check-interval", CheckInterval, "it must be more than zero");
        Check(ContactInterval > TimeSpan.Zero, "contact-points.interval", ContactInterval, "it must be more than zero");
        bool isOdd = Founders == 0 || (Founders > 0 && Founders % 2 == 1);
        Check(isOdd, "contact-points.founders", Founders, "it must be an odd number, or 0 for desired-voters");
        Check(
            Founders <= WantedVoters, "contact-points.founders", Founders,
            $"the group should have {WantedVoters} voters (desired-voters = {DesiredVoters}), and cannot begin with "
                + "more");
    }

    /// <summary>What is questionable about the settings, in sentences.</summary>
    internal IEnumerable<string> Doubts()
    {
        if (DesiredVoters % 2 == 0)
        {
            yield return $"{Section}.desired-voters = {DesiredVoters} is even. {DesiredVoters} voters survive the loss "
                + "of "
                + $"no more voters than {WantedVoters} do. The group gets {WantedVoters}.";
        }
    }

    private static string Text(Config section, string key) => section.GetString(key, "") ?? "";

    private static int Count(Config section, string key) =>
        int.TryParse(Text(section, key), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? count
            : throw Bad(key, Text(section, key), "it is not a whole number such as 3");

    private static TimeSpan Duration(Config section, string key)
    {
        try
        {
            return section.GetTimeSpan(key, null, false);
        }
        catch (Exception problem) when (problem is not SettingException)
        {
            string form = key == "replacement"
                ? "a duration such as 60 s, or never"
                : "a duration such as 300 ms or 3 s";
            throw Bad(key, Text(section, key), $"it is not {form}", problem);
        }
    }

    private static void Check(bool good, string key, object value, string why)
    {
        if (!good)
            throw Bad(key, value is TimeSpan time ? RaftSettings.Text(time) : value, why);
    }

    private static SettingException Bad(string key, object value, string why, Exception? cause = null) =>
        new($"{Section}.{key}", $"{Section}.{key} = {value}: {why}.", cause);
}
