using System.Diagnostics;
using Akka.Persistence;

namespace RaftActors.Persistence.Sqlite.Tests;

/// <summary>
/// A disk that is smaller than the write-ahead log that the settings ask for, or full: a file system in memory.
/// </summary>
public sealed class SmallDiskSpec : PluginSpec
{
    [Fact]
    public void A_small_disk_has_a_small_log_and_takes_more_than_its_size_of_writes()
    {
        using var disk = SmallDisk.Mount(Directory / "small", "8m");
        if (disk is null)
            return;
        var client =
            new JournalClient(Start(Plugin.Sqlite, Large("wal-size = 32 MiB"), Directory / "small/journal.db"));
        var payload = new string('x', 16 << 10);

        for (var sequenceNr = 1L; sequenceNr <= 1500; sequenceNr++)
        {
            client.WriteEvents("a", [(sequenceNr, payload)]);
            if (sequenceNr % 50 == 0)
                client.Delete("a", sequenceNr);
        }
    }

    [Fact]
    public void A_disk_that_is_full_when_the_database_is_opened_is_called_full()
    {
        using var disk = SmallDisk.Mount(Directory / "small", "8m");
        if (disk is null)
            return;
        var file = Directory / "small/journal.db";
        var before = Start(Plugin.Sqlite, file: file);
        new JournalClient(before).WriteEvents("a", 1, 3);
        Stop(before);
        disk.Fill();

        var client = new JournalClient(Start(Plugin.Sqlite, file: file));
        client.Write([JournalClient.Atomic(JournalClient.Event("a", 4, new string('x', 64 << 10)))]);

        Assert.Contains("disk is full", client.Next<WriteMessagesFailed>().Cause.Message);
    }

    private static string Large(string setting) =>
        $"akka.persistence {{ journal.raft-sqlite {{ {setting} }} snapshot-store.raft-sqlite {{ {setting} }} }}";

    private sealed class SmallDisk(string path) : IDisposable
    {
        /// <summary>A disk of that size; <c>null</c> where none can be mounted.</summary>
        public static SmallDisk? Mount(string path, string size)
        {
            System.IO.Directory.CreateDirectory(path);
            return OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", path)
                ? new SmallDisk(path)
                : null;
        }

        /// <summary>Leaves not a byte.</summary>
        public void Fill()
        {
            using var file = System.IO.File.Create(Path.Combine(path, "filler"));
            var page = new byte[4096];
            try
            {
                while (true)
                {
                    file.Write(page);
                    file.Flush();
                }
            }
            catch (IOException)
            {
                // It is full.
            }
        }

        public void Dispose() => Run("umount", "-l", path);

        private static bool Run(string program, params string[] arguments)
        {
            try
            {
                using var process =
                    Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
                process.WaitForExit();
                return process.ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }
}
