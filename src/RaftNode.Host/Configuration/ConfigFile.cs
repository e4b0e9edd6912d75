using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace RaftNode.Host.Configuration;

/// <summary>Reads a HOCON file and what it includes. An included name is relative to the file that includes it.</summary>
internal static class ConfigFile
{
    private const int DeepestInclusion = 16;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, relative to the working directory or absolute.</param>
    /// <exception cref="NodeStartException">The file or one that it includes cannot be read, or is not HOCON; the message names the file and the place.</exception>
    public static Config Load(string path) => new(Read(Path.GetFullPath(path), path, includedBy: []));

    private static HoconRoot Read(string fullPath, string shownPath, IReadOnlyList<string> includedBy)
    {
        if (includedBy.Contains(fullPath) || includedBy.Count >= DeepestInclusion)
            throw new NodeStartException($"{includedBy[^1]}: \"{shownPath}\" cannot be included: the files include each other");
        var text = ReadText(fullPath, shownPath, includedBy);
        var directory = Path.GetDirectoryName(fullPath)!;
        try
        {
            return Parser.Parse(text, name => Read(Path.GetFullPath(name, directory), name, [.. includedBy, fullPath]));
        }
        catch (Exception e) when (e is not NodeStartException)
        {
            throw new NodeStartException($"{fullPath}: {e.Message}", e);
        }
    }

    private static string ReadText(string fullPath, string shownPath, IReadOnlyList<string> includedBy)
    {
        try
        {
            return File.ReadAllText(fullPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message;
            throw new NodeStartException(includedBy.Count == 0
                ? $"the configuration {shownPath} cannot be read: {why}"
                : $"{includedBy[^1]}: \"{shownPath}\" cannot be included: {why}", e);
        }
    }
}
