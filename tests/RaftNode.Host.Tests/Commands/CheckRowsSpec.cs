using RaftNode.Host.Commands.Checks;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Commands;

/// <summary>How <c>raftnode check</c> judges what it found.</summary>
public sealed class CheckRowsSpec : IDisposable
{
    private static readonly StatusDocument Status = new()
    {
        Node = "b", Pid = 1, Role = "leader", Term = 1, Leader = "b", CommitIndex = 1, AppliedIndex = 1,
        LastIndex = 1, FirstIndex = 1, PersistedIndex = 1, LogBytes = 0, SnapshotIndex = 0, SnapshotBytes = 0,
        Group = "kv", GroupId = "identity", StoreId = "s", Address = "10.0.0.2:4051",
        State = new StateDocument(1, 0, ""), Followers = [], UptimeSeconds = 1, Version = "1",
        Members = [new MemberDocument("a", "10.0.0.1:4051"), new MemberDocument("b", "10.0.0.2:4051")],
        MaximumFrameSize = 4_194_304,
    };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1, 1, 300, CheckRow.Ok)]
    [InlineData(11, 11, 300, CheckRow.Warning)]
    [InlineData(1, 151, 300, CheckRow.Warning)]
    [InlineData(1, 151, 3000, CheckRow.Ok)]
    public void A_disk_is_judged_by_its_usual_flush_and_by_its_longest(
        int usual, int longest, int electionTimeout, string state)
    {
        TimeSpan[] times = [.. Enumerable.Repeat(Milliseconds(usual), 19), Milliseconds(longest)];

        var row = DiskCheck.Judge("/data", times, Milliseconds(electionTimeout));

        Assert.Equal(state, row.State);
        Assert.Contains($"takes {usual}.0 ms", row.Why);
        Assert.Equal(state == CheckRow.Ok, row.Advice.Length == 0);
    }

    [Theory]
    [InlineData(0, 0, CheckRow.Ok, "the same time")]
    [InlineData(1.9, 0, CheckRow.Ok, "the same time")]
    [InlineData(2.1, 0, CheckRow.Warning, "ahead of")]
    [InlineData(-2.1, 0, CheckRow.Warning, "behind")]
    [InlineData(2.1, 0.5, CheckRow.Ok, "the same time")]
    [InlineData(-3600, 1, CheckRow.Warning, "by 3600 s")]
    public void A_clock_is_judged_by_what_is_certain_of_its_offset(
        double offset, double roundTrip, string state, string said)
    {
        var row = NetworkChecks.Clock("b", TimeSpan.FromSeconds(offset), TimeSpan.FromSeconds(roundTrip));

        Assert.Equal(state, row.State);
        Assert.Contains(said, row.Why);
    }

    [Fact]
    public void Another_group_frame_size_or_address_is_found_in_what_another_node_says()
    {
        var settings = Load("a@10.0.0.1", "b@10.0.0.2");

        Assert.All(Rows(Status), row => Assert.Equal(CheckRow.Ok, row.State));
        Found(CheckRow.Error, "of the group other", Status with { Group = "other" });
        Found(CheckRow.Warning, "and 128000 on b", Status with { MaximumFrameSize = 128_000 });
        Found(CheckRow.Warning, "does not know a as a member", Status with { Members = [] });
        Found(CheckRow.Warning, "knows a at 10.0.0.9:4051",
            Status with { Members = [new MemberDocument("a", "10.0.0.9:4051")] });

        IEnumerable<CheckRow> Rows(StatusDocument status) =>
            NetworkChecks.OthersOf(settings, [new HeardNode("b", TimeSpan.Zero, TimeSpan.Zero, status)]);

        void Found(string state, string said, StatusDocument status)
        {
            var row = Assert.Single(Rows(status), static row => row.State != CheckRow.Ok);
            Assert.Equal(state, row.State);
            Assert.Contains(said, row.Why);
            Assert.NotEmpty(row.Advice);
        }
    }

    [Theory]
    [InlineData(1, 8, "b has its keys in 8 groups, and this configuration says 1.")]
    [InlineData(4, 8, "b has its keys in 8 groups, and this configuration says 4.")]
    [InlineData(4, 1, "b has its keys in one group, and this configuration says 4.")]
    public void A_node_with_another_number_of_groups_is_named(int own, int other, string said)
    {
        string file = _directory.Write("node.conf", $$"""
            raft { group = kv, member-id = a, members = [
            { id = a, address = "10.0.0.1:4051" }
            { id = b, address = "10.0.0.2:4051" }
            ] }
            raftnode { data-dir = "{{_directory.In("data")}}", http.port = 8081, groups = {{own}} }
            """);
        var settings = NodeSettings.Load(file);

        var row = Assert.Single(Rows(other), static row => row.State != CheckRow.Ok);

        Assert.Equal(("group", CheckRow.Error, said), (row.Name, row.State, row.Why));
        Assert.Equal($"Set raftnode.groups = {other}: the number is chosen when the groups are founded, and never "
            + "changes.", row.Advice);
        Assert.All(Rows(own), static row => Assert.Equal(CheckRow.Ok, row.State));

        IEnumerable<CheckRow> Rows(int count) => NetworkChecks.OthersOf(settings, [new HeardNode(
            "b", TimeSpan.Zero, TimeSpan.Zero, Status with
            {
                Groups = count == 1 ? null : new GroupsDocument(count, 0, 0, 0, new Dictionary<string, int>()),
            })]);
    }

    [Fact]
    public void Without_another_node_there_is_nothing_to_compare() =>
        Assert.Equal(CheckRow.Ok, Assert.Single(NetworkChecks.OthersOf(Load("a@10.0.0.1"), [])).State);

    [Theory]
    [InlineData("a@10.0.0.1", CheckRow.Ok, "a is the only voter")]
    [InlineData("a@10.0.0.1 b@10.0.0.2 c@10.0.0.3", CheckRow.Ok, "3 voters: one may be lost.")]
    [InlineData("a@127.0.0.1 b@127.0.0.1 c@127.0.0.1", CheckRow.Ok, "All are on one host")]
    [InlineData("a@10.0.0.1 b@10.0.0.2", CheckRow.Warning, "2 voters survive no more lost nodes than 1 do")]
    [InlineData("a@10.0.0.1 b@10.0.0.2 c@10.0.0.3 d@10.0.0.4", CheckRow.Warning, "4 voters survive no more")]
    [InlineData("a@10.0.0.1 b@no-such-host.invalid c@10.0.0.3", CheckRow.Error, "no-such-host.invalid is not known")]
    public void A_list_of_members_is_judged(string members, string state, string said)
    {
        var row = Assert.Single(MemberListCheck.Of(Load(members.Split(' '))));

        Assert.Equal(state, row.State);
        Assert.Contains(said, row.Why);
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_an_error()
    {
        // A file stands where the directory would be, also for a user who may write everywhere.
        var settings = Load("a@10.0.0.1") with { DataDirectory = "/proc/raftnode" };

        Assert.Contains(DiskCheck.Of(settings),
            static row => row is { State: CheckRow.Error, Name: "disk" } && row.Why.Contains("cannot be written"));
    }

    private static TimeSpan Milliseconds(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private NodeSettings Load(params string[] members) => NodeSettings.Load(_directory.Write("node.conf", $$"""
        raft { group = kv, member-id = a, members = [
        {{string.Join('\n', members.Select(static (member, number) =>
            $"{{ id = {member.Split('@')[0]}, address = \"{member.Split('@')[1]}:{4051 + number}\" }}"))}}
        ] }
        raftnode { data-dir = "{{_directory.In("data")}}", http.port = 8081 }
        """));
}
