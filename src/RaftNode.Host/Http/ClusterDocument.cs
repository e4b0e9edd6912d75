namespace RaftNode.Host.Http;

/// <summary>The body of <c>GET /cluster</c>: all members, as the asked node knows them and as they say themselves.</summary>
internal sealed record ClusterDocument
{
    /// <summary>The member id of the asked node.</summary>
    public required string Node { get; init; }

    /// <summary>When the document was made, in UTC, by the clock of the asked node.</summary>
    public required DateTime Time { get; init; }

    /// <summary>The name of the group; for all of several groups the name that theirs begin with.</summary>
    public required string Group { get; init; }

    /// <summary>The leader's member id: that of the highest term of all nodes that say that they lead.</summary>
    public required string? Leader { get; init; }

    /// <summary>The highest term of the nodes that answered; 0 if none did.</summary>
    public required long Term { get; init; }

    /// <summary>The index of the configuration that names the members; 0 if the asked node's peer does not run.</summary>
    public required long Index { get; init; }

    /// <summary>Whether a change of members is under way.</summary>
    public required bool Changing { get; init; }

    /// <summary>The members, ordered by id.</summary>
    public required IReadOnlyList<ClusterMemberDocument> Members { get; init; }
}

/// <summary>A member of the group, and what its node says.</summary>
internal sealed record ClusterMemberDocument
{
    /// <summary>The member id.</summary>
    public required string Id { get; init; }

    /// <summary>The address at which peers reach the member.</summary>
    public required string Address { get; init; }

    /// <summary>The part in the group: voter, learner or outgoingVoter.</summary>
    public required string Membership { get; init; }

    /// <summary>The priority as leader.</summary>
    public required int Priority { get; init; }

    /// <summary>Whether the member's node answers the asked node.</summary>
    public required bool Reachable { get; init; }

    /// <summary>How old <see cref="Status"/> is, in seconds.</summary>
    public double? AgeSeconds { get; init; }

    /// <summary>How many entries of the leader's log are not known to be durable on the member.</summary>
    public long? Lag { get; init; }

    /// <summary>Why there is no status.</summary>
    public ProblemDocument? Problem { get; init; }

    /// <summary>The status of the member's node, as <c>GET /status</c> answers it there.</summary>
    public StatusDocument? Status { get; init; }
}

/// <summary>The body of <c>GET /groups</c>: the groups that have the node's keys, as the asked node knows them.</summary>
/// <param name="Node">The member id of the asked node.</param>
/// <param name="Groups">The groups, ordered by their numbers.</param>
internal sealed record GroupListDocument(string Node, IReadOnlyList<GroupDocument> Groups);

/// <summary>A group in a few words.</summary>
/// <param name="Number">The number of the group, from 0.</param>
/// <param name="Name">The name of the group.</param>
/// <param name="Leader">The member id of the leader; <c>null</c> if the asked node knows none.</param>
/// <param name="Term">The term of the asked node; 0 if its peer does not run.</param>
/// <param name="CommitIndex">The last index that the asked node knows to be committed.</param>
/// <param name="Keys">The number of keys with a value.</param>
/// <param name="Problem">What is wrong with the group on the asked node; <c>null</c> if nothing is.</param>
internal sealed record GroupDocument(
    int Number, string Name, string? Leader, long Term, long CommitIndex, long Keys, string? Problem);
