using Akka.Configuration;

namespace RaftActors.Persistence.Sqlite.Tests;

public sealed class SqliteSettingsSpec
{
    [Fact]
    public void What_a_section_does_not_say_has_a_default()
    {
        var settings = From("file = /var/lib/app/journal.db");

        var defaults = new SqliteSettings(
            "/var/lib/app/journal.db", AutoInitialize: true, WalSize: 32 << 20,
            BusyTimeout: TimeSpan.FromSeconds(5), StallTimeout: TimeSpan.FromSeconds(10));
        Assert.Equal(defaults, settings);
    }

    [Fact]
    public void A_section_says_all_of_it()
    {
        var settings = From(
            "file = a.db, auto-initialize = off, wal-size = 1 MiB, busy-timeout = 1 s, stall-timeout = 2 s");

        Assert.Equal(
            new SqliteSettings(
                Path.GetFullPath("a.db"), false, 1 << 20, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)), settings);
    }

    [Theory]
    [InlineData("", "my.journal.file is not set")]
    [InlineData("file = \":memory:\"", "my.journal.file = \":memory:\" does not name a file")]
    [InlineData("file = \"file:a.db?mode=memory\"", "does not name a file")]
    [InlineData("file = a.db, wal-size = 1 KiB", "my.journal.wal-size = 1 KiB is less than 64 KiB")]
    [InlineData("file = a.db, stall-timeout = -1 s", "my.journal.stall-timeout")]
    public void A_setting_that_makes_no_sense_is_named(string section, string problem) =>
        Assert.Contains(problem, Assert.ThrowsAny<ConfigurationException>(() => From(section)).Message);

    private static SqliteSettings From(string section) =>
        SqliteSettings.From("my.journal", ConfigurationFactory.ParseString(section), SqlitePersistence.JournalId);
}
