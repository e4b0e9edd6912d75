using RaftActors.Elections;
using RaftActors.Membership;
using RaftActors.Replication;

namespace RaftActors.Tests.Replication;

/// <summary>What a leader knows, for specs without a peer.</summary>
internal static class Leaders
{
    private static readonly RaftSettings Settings = new() { Group = "group", MemberId = "a", Members = [] };

    /// <summary>Member a leads the voters a and b.</summary>
    public static LeaderState OfTwo() =>
        Of(new Configuration([new("a", "host:1", "store-a"), new("b", "host:2", "store-b")]), lastIndex: 0);

    /// <summary>Member a leads.</summary>
    /// <param name="configuration">The members.</param>
    /// <param name="lastIndex">The last entry of its log when it was elected.</param>
    /// <param name="uncommitted">How many of the entries that it had then were not committed.</param>
    public static LeaderState Of(Configuration configuration, long lastIndex, int uncommitted = 0) =>
        new("a", lastIndex, 4, configuration, TimeSpan.Zero)
        {
            CheckQuorum = new CheckQuorum(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero),
            PreferredLeader = new PreferredLeader(TimeSpan.Zero, TimeSpan.Zero),
            LogClock = default,
            Digests = new DigestComparison(Settings, TimeSpan.Zero),
            UncommittedAtElection = (uncommitted, 0),
        };
}
