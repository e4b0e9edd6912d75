using RaftActors.Client;

namespace RaftActors.Membership;

/// <summary>A requested change of members.</summary>
/// <param name="Voters">The members that shall have a vote.</param>
/// <param name="Learners">The members that shall get the log without a vote.</param>
/// <param name="ExpectedIndex">The index of the configuration for which the change was made; 0 for any.</param>
internal sealed record MemberChange(IReadOnlyList<Member> Voters, IReadOnlyList<Member> Learners, long ExpectedIndex)
{
    /// <summary>The new voters as servers without known stores.</summary>
    public IEnumerable<Server> VotersToCome => Voters.Select(Server.Of);

    /// <summary>The new learners as servers without known stores.</summary>
    public IEnumerable<Server> LearnersToCome => Learners.Select(Server.Of);

    /// <summary>Why the change cannot begin, with a sentence about the reason; <c>null</c> if it can.</summary>
    /// <param name="configurations">The configurations of the leader.</param>
    /// <param name="commitIndex">The commit index of the leader.</param>
    /// <param name="isAnotherUnderWay">Whether the leader has begun another change.</param>
    public (FailureReason Reason, string Message)? Obstacle(
        ConfigurationHistory configurations, long commitIndex, bool isAnotherUnderWay)
    {
        var present = configurations.Latest;
        long index = configurations.LatestIndex;
        if (Problem(present) is { } problem)
            return (FailureReason.InvalidMembers, problem);
        if (isAnotherUnderWay || present.IsJoint || index > commitIndex)
            return (FailureReason.ChangeUnderWay, "Another change of members is under way. Ask again when it is done.");
        if (ExpectedIndex == 0 || ExpectedIndex == index)
            return null;
        string changed = $"The configuration is that of index {index}, not {ExpectedIndex}. Look at the members again.";
        return (FailureReason.MembersChanged, changed);
    }

    /// <summary>What is wrong with the change, in a sentence; <c>null</c> if nothing is.</summary>
    /// <param name="present">The configuration to be changed.</param>
    public string? Problem(Configuration present)
    {
        if (Voters.Count == 0)
            return "There are no voters: a group has at least one.";
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in Voters.Concat(Learners))
        {
            if (!Names.IsName(member.Id))
                return $"'{member.Id}' is not a member id: {Names.WhatNamesAre}.";
            if (NodeAddress.Problem(member.Address) is { } problem)
                return $"'{member.Address}' cannot be the address of {member.Id}: {problem}.";
            if (member.Priority < 0)
                return $"{member.Id} has the priority {member.Priority}, but a priority is 0 or more.";
            if (!ids.Add(member.Id))
                return $"{member.Id} is there twice.";
            if (!addresses.Add(NodeAddress.EndpointOf(member.Address)))
                return $"The host and port of {member.Address} are there twice.";
            foreach (var known in present.Servers)
            {
                if (known.Id == member.Id && known.Address != member.Address)
                {
                    return $"{member.Id} is at {known.Address}. To move it with its data, start its node at "
                        + $"{member.Address}: the group records the address by itself. "
                        + "To move it without its data, remove it, and then add it again.";
                }
                if (known.Id != member.Id
                    && NodeAddress.EndpointOf(known.Address) == NodeAddress.EndpointOf(member.Address))
                    return $"{known.Id} is at {known.Address}. Remove it first, and then add {member.Id}.";
            }
        }
        return null;
    }

    /// <summary>Whether a configuration is the requested one.</summary>
    public bool IsDone(Configuration present) =>
        !present.IsJoint && AreSame(present.Voters, Voters) && AreSame(present.Learners, Learners);

    /// <summary>Whether a member has no place in the requested configuration.</summary>
    public bool Excludes(string id) => !Voters.Concat(Learners).Any(member => member.Id == id);

    private static bool AreSame(ReadOnlySpan<Server> servers, IReadOnlyList<Member> members) =>
        servers.Length == members.Count && Configuration.Shown(servers).ToHashSet().SetEquals(members);
}
