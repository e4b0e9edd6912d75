using System.Security.Cryptography;
using System.Text;
using RaftActors.Tls;
using RaftNode.Host.Http;

namespace RaftNode.Host.Access;

/// <summary>
/// The tokens of a file. A line of the file has a name, a role and the SHA-256 digest of a token, in hexadecimal
/// digits. Empty lines and lines that begin with # are skipped.
/// </summary>
internal sealed class TokenTable
{
    /// <summary>What other users must not be able to do with the file.</summary>
    private const UnixFileMode Forbidden = UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const string Form = "a line is NAME ROLE DIGEST: the role is read, write or admin, and the digest is the "
        + "SHA-256 of the token in 64 hexadecimal digits, as raftnode token new shows it";

    private readonly IReadOnlyList<Entry> _entries;

    private TokenTable(IReadOnlyList<Entry> entries) => _entries = entries;

    /// <summary>The number of tokens.</summary>
    public int Count => _entries.Count;

    /// <summary>Reads a file.</summary>
    /// <exception cref="TlsFileException">
    /// The file cannot be read, other users can read or write it, or a line is not what it should be.
    /// </exception>
    public static TokenTable Load(string path)
    {
        string[] lines = Encoding.UTF8.GetString(Read(path)).Split('\n');
        var entries = new List<Entry>();
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length > 0 && line[0] != '#')
                entries.Add(Parse(line) ?? throw new TlsFileException($"{path}: line {i + 1}: {Form}."));
        }
        return new TokenTable(entries);
    }

    /// <summary>The line of a token.</summary>
    public static string Line(string name, Role role, string token) =>
        $"{name} {role.ToString().ToLowerInvariant()} {Convert.ToHexStringLower(TokenDigest.Of(token))}";

    /// <summary>Whether a text can be the name of a token.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= 64 && text[0] != '#'
        && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    /// <summary>The name and the role of a token; <c>null</c> if the file does not have it.</summary>
    /// <remarks>The time that this takes says nothing about the digests in the file.</remarks>
    public (string Name, Role Role)? Find(string token)
    {
        byte[] digest = TokenDigest.Of(token);
        Entry? found = null;
        foreach (var entry in _entries)
            if (CryptographicOperations.FixedTimeEquals(digest, entry.Digest))
                found = entry;
        return found is null ? null : (found.Name, found.Role);
    }

    private static byte[] Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (!OperatingSystem.IsWindows()
                && File.GetUnixFileMode(file.SafeFileHandle) is var mode && (mode & Forbidden) != 0)
            {
                throw new TlsFileException($"{path} can be read or written by other users (its mode is "
                    + $"{Convert.ToString((int)mode, 8).PadLeft(4, '0')}). Only the node's user may write it, and at "
                    + $"most its group may read it: run chmod 600 {path}.");
            }
            using var bytes = new MemoryStream();
            file.CopyTo(bytes);
            return bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message;
            throw new TlsFileException($"{path} cannot be read: {why}", e);
        }
    }

    private static Entry? Parse(string line)
    {
        string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words is not [var name, var roleName, var digits] || !IsName(name)
            || RoleOf(roleName) is not { } role || digits.Length != 2 * TokenDigest.Bytes
            || !digits.All(char.IsAsciiHexDigit))
            return null;
        return new Entry(name, role, Convert.FromHexString(digits));
    }

    private static Role? RoleOf(string name) => name switch
    {
        "read" => Role.Read,
        "write" => Role.Write,
        "admin" => Role.Admin,
        _ => null,
    };

    private sealed record Entry(string Name, Role Role, byte[] Digest);
}
