namespace RaftActors.TestKit.Journals;

/// <summary>The files of a SQLite database in write-ahead-log mode, as bytes.</summary>
internal sealed class DatabaseImage
{
    private static readonly string[] Suffixes = ["", "-wal"];

    private readonly string _database;
    private readonly Dictionary<string, byte[]> _files = [];

    private DatabaseImage(string database) => _database = database;

    public static DatabaseImage Of(string database)
    {
        var image = new DatabaseImage(database);
        foreach (string suffix in Suffixes)
        {
            if (File.Exists(database + suffix))
                image._files[suffix] = Read(database + suffix);
        }
        return image;
    }

    public static void Delete(string database)
    {
        foreach (string suffix in (string[])[.. Suffixes, "-shm"])
            File.Delete(database + suffix);
    }

    /// <summary>Makes an image that holds only a part of the bytes written since an earlier image.</summary>
    /// <param name="synced">The earlier image.</param>
    /// <param name="part">The part of each file's changed bytes to keep, from 0 to 1.</param>
    public DatabaseImage TornFrom(DatabaseImage synced, double part)
    {
        var torn = new DatabaseImage(_database);
        foreach (var (suffix, written) in _files)
        {
            byte[] before = synced._files.GetValueOrDefault(suffix, []);
            torn._files[suffix] = Tear(before, written, part);
        }
        return torn;
    }

    /// <summary>Writes the files back. No connection may be open.</summary>
    public void Restore()
    {
        Delete(_database);
        foreach (var (suffix, bytes) in _files)
            File.WriteAllBytes(_database + suffix, bytes);
    }

    private static byte[] Tear(byte[] before, byte[] written, double part)
    {
        int first = before.AsSpan().CommonPrefixLength(written);
        int last = written.Length;
        while (last > first && last <= before.Length && before[last - 1] == written[last - 1])
            last--;
        int cut = first + (int)((last - first) * part);
        byte[] torn = (byte[])written.Clone();
        for (int i = cut; i < last; i++)
            torn[i] = i < before.Length ? before[i] : (byte)0;
        return torn;
    }

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
