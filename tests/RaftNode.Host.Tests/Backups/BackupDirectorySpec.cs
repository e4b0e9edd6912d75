using System.Diagnostics;
using Akka.Event;
using RaftActors.Backups;
using RaftActors.Tests.VirtualTime;
using RaftNode.Host.Backups;

namespace RaftNode.Host.Tests.Backups;

public sealed class BackupDirectorySpec : VirtualTimeSpec
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    protected override void AfterAll()
    {
        base.AfterAll();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_backup_has_its_name_only_when_it_is_complete_and_verified()
    {
        string[] during = [];

        var written = await Directory().WriteAsync(Noon, 7, async target =>
        {
            await new TestBackup { Index = 7 }.WriteAsync(target);
            during = Files();
        });

        Assert.Equal(["kv-20261130T120000Z-7-node1.backup.partial"], during);
        Assert.Equal(["kv-20261130T120000Z-7-node1.backup"], Files());
        Assert.Equal(_directory.In("kv-20261130T120000Z-7-node1.backup"), written.File);
        Assert.Equal((7, new FileInfo(written.File).Length), (written.Index, written.Bytes));
        Assert.Equal(7, BackupFile.Open(written.File).Index);
    }

    [Fact]
    public async Task The_oldest_are_deleted_once_a_new_one_is_verified()
    {
        await WriteAsync(1);
        await WriteAsync(2);
        string[] during = [];

        var written = await Directory().WriteAsync(Noon.AddHours(3), 3, async target =>
        {
            await new TestBackup { Index = 3 }.WriteAsync(target);
            during = Files();
        });

        Assert.Equal(3, during.Length);
        Assert.Equal([2, 3], Indexes());
        Assert.Equal([_directory.In(Name(1))], written.Deleted);
    }

    [Fact]
    public async Task A_backup_that_cannot_be_written_leaves_no_file_and_deletes_none()
    {
        await WriteAsync(1);
        await WriteAsync(2);

        await Assert.ThrowsAsync<IOException>(() => Directory().WriteAsync(Noon.AddHours(3), 3, async target =>
        {
            await target.WriteAsync(new TestBackup { Index = 3 }.ToBytes().AsMemory(0, 20));
            throw new IOException("No space left on device");
        }));

        Assert.Equal([Name(1), Name(2)], Files());
    }

    [Fact]
    public async Task A_backup_that_is_not_what_was_to_be_written_leaves_no_file_and_deletes_none()
    {
        await WriteAsync(1);
        await WriteAsync(2);
        var damaged = new TestBackup { Index = 3 }.ToBytes();
        damaged[^50] ^= 1;

        await Assert.ThrowsAsync<BackupException>(
            () => Directory().WriteAsync(Noon.AddHours(3), 3, target => target.WriteAsync(damaged).AsTask()));

        Assert.Equal([Name(1), Name(2)], Files());
    }

    [Fact]
    public async Task Whose_clock_was_set_back_deletes_the_backup_with_the_lowest_index_and_keeps_the_new_one()
    {
        await WriteAsync(1, Noon.AddYears(3));
        await WriteAsync(2, Noon.AddYears(2));

        await WriteAsync(3, Noon);
        Assert.Equal([2, 3], Indexes());
        await WriteAsync(3, Noon.AddYears(-1));

        Assert.Equal(2, Files().Length);
        Assert.Contains("kv-20251130T120000Z-3-node1.backup", Files());
        Assert.Equal(Noon, Directory().LatestTakenAt("one"));
    }

    [Fact]
    public async Task What_is_not_a_backup_of_the_group_is_neither_counted_nor_deleted()
    {
        string[] others =
        [
            Put("kv-20200101T000000Z-1-node1.backup", "a foreign file"u8.ToArray()),
            Put("kv-20200101T000000Z-2-node1.backup", []),
            Put("kv-20200101T000000Z-3-node1.backup", new TestBackup { Index = 3 }.ToBytes()[..^1]),
            Put("kv-20200101T000000Z-4-node1.backup", new TestBackup { Identities = ["two"] }.ToBytes()),
            Put("kv-20200101T000000Z-5-node1.backup", new TestBackup { Group = "other" }.ToBytes()),
            Put("kv-other-20200101T000000Z-6-node1.backup", new TestBackup().ToBytes()),
            Put("monday.backup", new TestBackup().ToBytes()),
            Put("notes.txt", []),
        ];
        System.IO.Directory.CreateDirectory(_directory.In("kv-20200101T000000Z-7-node1.backup"));

        for (var index = 11; index < 15; index++)
            await WriteAsync(index);

        Assert.Equal(others.Order(), Files().Except([Name(13), Name(14)]).Order());
        Assert.True(System.IO.Directory.Exists(_directory.In("kv-20200101T000000Z-7-node1.backup")));
        Assert.Equal(Noon.AddHours(14), Directory().LatestTakenAt("one"));
        Assert.Equal(DateTimeOffset.UnixEpoch, Directory().LatestTakenAt("two"));
        Assert.Null(Directory().LatestTakenAt("three"));
    }

    [Fact]
    public async Task Backups_that_other_members_wrote_are_of_the_group_too()
    {
        await Directory("node2").WriteAsync(Noon, 1, new TestBackup { Index = 1, TakenAt = Noon }.WriteAsync);
        Assert.Equal(Noon, Directory().LatestTakenAt("one"));
        await WriteAsync(2);
        await WriteAsync(3);

        Assert.Equal([2, 3], Indexes());
    }

    [Fact]
    public async Task What_this_member_left_incomplete_is_deleted_and_what_others_write_is_not()
    {
        var half = new TestBackup().ToBytes()[..30];
        Put("kv-20200101T000000Z-1-node1.backup.partial", half);
        Put("kv-20200101T000000Z-2-node1.backup.partial", []);
        Put("kv-20200101T000000Z-3-node1.backup.partial", half[..3]);
        string[] others =
        [
            Put("kv-20200101T000000Z-4-node2.backup.partial", half),
            Put("kv-20200101T000000Z-5-node1.backup.partial", "a foreign file"u8.ToArray()),
            Put("kv.backup.4711.partial", half),
        ];

        await WriteAsync(7);

        Assert.Equal(others.Order(), Files().Except([Name(7)]).Order());
    }

    [Fact]
    public async Task A_file_that_has_the_name_already_is_not_replaced()
    {
        Put(Name(1), "a foreign file"u8.ToArray());

        var refused = await Assert.ThrowsAsync<IOException>(() => WriteAsync(1));

        Assert.Contains($"{Name(1)} exists already", refused.Message);
        Assert.Equal("a foreign file", File.ReadAllText(_directory.In(Name(1))));
    }

    [Fact]
    public async Task A_directory_that_does_not_exist_is_named_and_not_made()
    {
        var missing = _directory.In("backups");
        var directory = new BackupDirectory(missing, "kv", "node1", 2, Sys.Log);

        var writing = await Assert.ThrowsAsync<DirectoryNotFoundException>(
            () => directory.WriteAsync(Noon, 1, new TestBackup().WriteAsync));
        var reading = Assert.Throws<DirectoryNotFoundException>(() => directory.LatestTakenAt("one"));

        Assert.Equal($"The directory {missing} does not exist. Make the directory, or mount the volume that it is on.",
            writing.Message);
        Assert.Equal(writing.Message, reading.Message);
        Assert.False(System.IO.Directory.Exists(missing));
    }

    [Fact]
    public async Task A_directory_that_is_not_writable_is_named()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var directory = new BackupDirectory("/proc", "kv", "node1", 2, Sys.Log);

        var refused = await Assert.ThrowsAnyAsync<Exception>(
            () => directory.WriteAsync(Noon, 1, new TestBackup().WriteAsync));

        Assert.True(refused is IOException or UnauthorizedAccessException, refused.ToString());
        Assert.Contains("/proc/kv-20261130T120000Z-1-node1.backup.partial", refused.Message);
    }

    [Fact]
    public async Task A_full_disk_takes_no_backup_and_loses_none()
    {
        await WriteAsync(1);
        await WriteAsync(2);
        var volume = _directory.In("volume");
        System.IO.Directory.CreateDirectory(volume);
        if (!OperatingSystem.IsLinux() || !Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", volume))
            return;
        try
        {
            var first = Path.Combine(volume, Path.GetFileName(new TestBackup().WriteTo(Path.Combine(volume, Name(1)))));
            var directory = new BackupDirectory(volume, "kv", "node1", 1, Sys.Log);

            await Assert.ThrowsAsync<IOException>(() => directory.WriteAsync(Noon.AddHours(9), 9,
                target => target.WriteAsync(new byte[1 << 20]).AsTask()));

            Assert.Equal([first], System.IO.Directory.GetFileSystemEntries(volume));
            await directory.WriteAsync(Noon.AddHours(9), 9, new TestBackup { Index = 9 }.WriteAsync);
            Assert.Equal([Path.Combine(volume, Name(9))], System.IO.Directory.GetFileSystemEntries(volume));
        }
        finally
        {
            Run("umount", "-l", volume);
        }
    }

    [Fact]
    public async Task An_old_backup_that_cannot_be_deleted_is_a_problem_and_the_new_one_is_written()
    {
        if (!OperatingSystem.IsLinux())
            return;
        await WriteAsync(1);
        // The attribute keeps even root from deleting the file, where the file system has attributes.
        if (!Run("chattr", "+i", _directory.In(Name(1))))
            return;
        try
        {
            var written = await Directory(keep: 1).WriteAsync(
                Noon.AddHours(2), 2, new TestBackup { Index = 2 }.WriteAsync);

            Assert.StartsWith("Old backups are not deleted: ", written.Problem);
            Assert.Contains(Name(1), written.Problem);
            Assert.Equal([1, 2], Indexes());
        }
        finally
        {
            Run("chattr", "-i", _directory.In(Name(1)));
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static string Name(int index) => new BackupName("kv", Noon.AddHours(index), index, "node1").ToString();

    private BackupDirectory Directory(string member = "node1", int keep = 2) =>
        new(_directory.Path, "kv", member, keep, Sys.Log);

    private Task<WrittenBackup> WriteAsync(int index, DateTimeOffset? takenAt = null)
    {
        var at = takenAt ?? Noon.AddHours(index);
        return Directory().WriteAsync(at, index, new TestBackup { Index = index, TakenAt = at }.WriteAsync);
    }

    private string Put(string name, byte[] bytes)
    {
        File.WriteAllBytes(_directory.In(name), bytes);
        return name;
    }

    private string[] Files() =>
        [.. System.IO.Directory.GetFiles(_directory.Path).Select(static file => Path.GetFileName(file)).Order()];

    private long[] Indexes() => [.. Files().Select(static file => BackupName.Parse(file)!.Index).Order()];
}
