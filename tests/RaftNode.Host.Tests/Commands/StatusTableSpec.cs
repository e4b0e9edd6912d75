using RaftNode.Host.Commands;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Commands;

public sealed class StatusTableSpec
{
    private static readonly StatusDocument Status = new()
    {
        Node = "node1", Pid = 1, Role = "leader", Term = 1, Leader = "node1", CommitIndex = 1, AppliedIndex = 1,
            LastIndex = 1,
        FirstIndex = 1, PersistedIndex = 1, LogBytes = 0, SnapshotIndex = 0, SnapshotBytes = 0, Group = "kv",
            GroupId = "", StoreId = "s",
        Address = "127.0.0.1:1", State = new StateDocument(1, 0, ""), Members = [], Followers = [], UptimeSeconds = 1,
            Version = "1",
        MaximumFrameSize = 4194304,
    };

    [Fact]
    public void A_node_without_problems_has_no_warnings() => Assert.Empty(StatusTable.Warnings(Status));

    [Fact]
    public void Other_frame_sizes_are_shown_with_both_sizes()
    {
        var warnings =
            StatusTable.Warnings(Status with { OtherFrameSizes = new Dictionary<string, long> { ["node2"] = 128000 } });

        var warning = Assert.Single(warnings);
        Assert.StartsWith("node1: ", warning);
        Assert.Contains("4194304 here, but 128000 on node2", warning);
    }

    [Fact]
    public void What_keeps_a_node_from_being_ready_is_shown() => Assert.Equal(
        ["node1: It is behind."],
        StatusTable.Warnings(Status with { Problems = [new ProblemDocument("behind", "It is behind.")] }));

    [Fact]
    public void Several_groups_are_counted()
    {
        var several = Status with { Groups = new GroupsDocument(64, 20, 3, 1, new Dictionary<string, int>()) };

        Assert.DoesNotContain("groups", StatusTable.Line(Status));
        Assert.EndsWith(" pid 1 groups 64 led 20 without leader 3", StatusTable.Line(several));
        Assert.Equal(["node1: it knows no leader of 3 of 64 groups"], StatusTable.Warnings(several));
    }

    [Fact]
    public void What_is_damaged_is_shown() => Assert.Equal(
        ["node1: event 7 cannot be read"],
        StatusTable.Warnings(Status with { Damages = ["event 7 cannot be read"] }));
}
