using RaftNode.Host.Cluster;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Cluster;

/// <summary>What nodes tell each other.</summary>
internal static class Samples
{
    public static NodeEvent Event(long number, string kind = EventKinds.Role, string text = "something happened") => new()
    {
        Node = "node1",
        Run = "run",
        Number = number,
        Time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        Kind = kind,
        Text = text,
    };

    public static StatusDocument Status(string node = "node1") => new()
    {
        Node = node,
        Pid = 1,
        Role = "follower",
        Term = 1,
        Leader = null,
        CommitIndex = 1,
        AppliedIndex = 1,
        LastIndex = 1,
        FirstIndex = 1,
        PersistedIndex = 1,
        LogBytes = 0,
        SnapshotIndex = 0,
        SnapshotBytes = 0,
        Group = "kv",
        GroupId = "",
        StoreId = "",
        Address = "127.0.0.1:4051",
        State = new StateDocument(1, 0, ""),
        Members = [],
        Followers = [],
        UptimeSeconds = 1,
        Version = "1.0.0",
    };
}
