using RaftNode.Host.Backups;

namespace RaftNode.Host.Tests.Backups;

public sealed class BackupNameSpec
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("kv", "node1", "kv-20261130T120000Z-2417-node1.backup")]
    [InlineData("a-b.c", "eu-1.x", "a-b.c-20261130T120000Z-2417-eu-1.x.backup")]
    [InlineData("kv-20200101T000000Z-1", "n", "kv-20200101T000000Z-1-20261130T120000Z-2417-n.backup")]
    public void A_name_says_the_group_the_time_the_entry_and_the_member(string group, string member, string text)
    {
        var name = new BackupName(group, Noon, 2417, member);

        Assert.Equal(text, name.ToString());
        Assert.Equal(name, BackupName.Parse(text));
        Assert.Equal(name, BackupName.ParsePartial(text + ".partial"));
    }

    [Fact]
    public void The_time_is_that_of_the_zone_UTC() =>
        Assert.Equal("kv-20261130T120000Z-1-n.backup",
            new BackupName("kv", Noon.ToOffset(TimeSpan.FromHours(5)), 1, "n").ToString());

    [Theory]
    [InlineData("kv.backup")]
    [InlineData("kv-20261130T120000Z-2417-node1.backup.partial")]
    [InlineData("kv-20261130T120000Z-2417-node1.backup~")]
    [InlineData("kv-20261399T120000Z-2417-node1.backup")]
    [InlineData("kv-20261130T120000-2417-node1.backup")]
    [InlineData("kv-20261130T120000Z-99999999999999999999-node1.backup")]
    [InlineData("kv-20261130T120000Z--node1.backup")]
    [InlineData("-20261130T120000Z-2417-node1.backup")]
    public void Another_name_is_none(string text) => Assert.Null(BackupName.Parse(text));

    [Fact]
    public void A_complete_file_is_not_partial() =>
        Assert.Null(BackupName.ParsePartial("kv-20261130T120000Z-2417-node1.backup"));
}
