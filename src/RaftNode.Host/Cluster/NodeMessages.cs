namespace RaftNode.Host.Cluster;

/// <summary>A message between the <see cref="NodeActor"/>s of two nodes.</summary>
internal interface INodeMessage;

/// <summary>Asks a node how it stands. The answer is <see cref="NodeReported"/>.</summary>
/// <param name="Run">The process of the node whose events are known; empty if none are.</param>
/// <param name="Number">The number of the last event of that process that is known.</param>
internal sealed record ReportNode(string Run, long Number) : INodeMessage;

/// <summary>Asks a node how it stands in one of its groups. The answer is <see cref="NodeReported"/>.</summary>
/// <param name="Name">The name of the group, which also says how many groups there are.</param>
internal sealed record ReportGroup(string Name) : INodeMessage;

/// <summary>How a node stands.</summary>
/// <param name="Json">A <see cref="NodeReport"/> as JSON. Only the reader looks whether it is one.</param>
internal sealed record NodeReported(ReadOnlyMemory<byte> Json) : INodeMessage;

/// <summary>Asks a node to take a snapshot. The answer is <see cref="SnapshotReported"/>.</summary>
/// <param name="Group">The number of the group, from 0.</param>
internal sealed record TakeNodeSnapshot(int Group) : INodeMessage;

/// <summary>The answer to <see cref="TakeNodeSnapshot"/>.</summary>
/// <param name="Index">The index of the last entry that the snapshot includes.</param>
/// <param name="Term">The term of that entry.</param>
/// <param name="Bytes">The size of the snapshot in bytes.</param>
/// <param name="Problem">Why there is no snapshot, in a sentence; empty if there is one.</param>
internal sealed record SnapshotReported(long Index, long Term, long Bytes, string Problem) : INodeMessage;
