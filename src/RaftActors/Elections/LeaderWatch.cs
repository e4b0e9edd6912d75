using RaftActors.Inspection;
using RaftActors.Log;
using RaftActors.Membership;

namespace RaftActors.Elections;

/// <summary>
/// How long a peer has known no leader, and which members it has heard meanwhile. From that the peer can say what is
/// missing.
/// </summary>
internal sealed class LeaderWatch(RaftSettings settings, RaftLog raftLog, ConfigurationHistory configurations)
{
    private readonly TimeSpan _patience = PeerProblems.Patience(settings);

    // When each member was last heard while this peer knew no leader.
    private readonly Dictionary<string, TimeSpan> _heard = new(StringComparer.Ordinal);
    private TimeSpan? _leaderlessSince;

    /// <summary>Called when a member was heard. Only needed while there is no leader.</summary>
    public void Heard(string memberId, TimeSpan now)
    {
        if (configurations.Latest.Find(memberId) is not null)
            _heard[memberId] = now;
    }

    /// <summary>Called when the peer knows no leader.</summary>
    public void LeaderLost(TimeSpan now) => _leaderlessSince ??= now;

    /// <summary>Called when the peer knows a leader.</summary>
    public void LeaderFound()
    {
        _leaderlessSince = null;
        _heard.Clear();
    }

    /// <summary>
    /// What is missing for an election, if the peer has known no leader for a while; otherwise <c>null</c>.
    /// </summary>
    public string? Problem(TimeSpan now) =>
        now - _leaderlessSince >= _patience ? $"This node knows no leader. {WhyLeaderless(now - _patience)}" : null;

    private string WhyLeaderless(TimeSpan since)
    {
        if (raftLog.IsEmpty && settings.Join)
        {
            return $"Its log is empty: it waits until member {settings.Self.Id} at {settings.Self.Address} "
                + "is added to the group.";
        }
        var configuration = configurations.Latest;
        bool IsHeard(Server server) =>
            server.Id == settings.Self.Id || (_heard.TryGetValue(server.Id, out var heard) && heard >= since);
        string silent = string.Join(
            ", ",
            configuration.Servers.ToArray().Where(server => configuration.IsVoter(server.Id) && !IsHeard(server))
                .Select(static server => $"{server.Id} at {server.Address}"));
        if (raftLog.IsEmpty)
        {
            return silent.Length > 0
                ? $"Its log is empty, and these members do not answer: {silent}. Start them, or correct raft.members: "
                    + "all nodes have to name each member by the same address, for a node drops what is meant for "
                    + "another name of it, such as localhost instead of 127.0.0.1."
                : "Its log is empty. The other members answer, but this node is not in their group: see the logs.";
        }
        if (configuration.HasMajority(IsHeard))
        {
            return silent.Length > 0
                ? $"A majority of the voters can be heard, but not {silent}. "
                    + "None of those that can be heard has won an election."
                : "All voters can be heard, but none has won an election. See their logs.";
        }
        return $"No majority of the voters can be heard. These do not answer: {silent}. "
            + "Start them, or repair the network. If the disks of a majority are lost for good, or their addresses "
            + "have changed, make a group of one node's store: raftnode recover (in your own program: StoreRecovery).";
    }
}
