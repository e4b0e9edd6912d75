using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace RaftNode.Host.Configuration;

/// <summary>
/// A HOCON file with the files that it includes. The name of an included file is relative to the file that includes it.
/// </summary>
internal sealed class ConfigFile
{
    private const int DeepestInclusion = 16;

    private readonly string _path;
    // The keys in the files, in the order of their priority: a later key overrides an earlier one.
    private readonly List<(string Key, string Place)> _keys = [];

    private ConfigFile(string path) => _path = path;

    /// <summary>The configuration in the files.</summary>
    public Config Config { get; private set; } = Config.Empty;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, relative to the working directory or absolute.</param>
    /// <exception cref="NodeStartException">
    /// A file cannot be read or is not HOCON. The message names the file and the place.
    /// </exception>
    public static ConfigFile Load(string path)
    {
        var file = new ConfigFile(Path.GetFullPath(path));
        file.Config = new Config(file.Read(file._path, path, section: "", includedBy: []));
        return file;
    }

    /// <summary>
    /// The place in the files where a key, or a part of that section, has its effective value; <c>null</c> if no file
    /// has the key.
    /// </summary>
    public string? PlaceOf(string key) => _keys.LastOrDefault(
        found => found.Key == key || found.Key.StartsWith(key + ".", StringComparison.Ordinal)).Place;

    private HoconRoot Read(string fullPath, string shownPath, string section, IReadOnlyList<string> includedBy)
    {
        if (includedBy.Contains(fullPath) || includedBy.Count >= DeepestInclusion)
            throw new NodeStartException($"{includedBy[^1]}: \"{shownPath}\" cannot be included: the files include "
                + "each other");
        var text = ReadText(fullPath, shownPath, includedBy);
        var outline = HoconOutline.Of(text);
        if (outline.Problem is { } problem)
            throw new NodeStartException($"{fullPath}: {problem}");
        var directory = Path.GetDirectoryName(fullPath)!;
        var sections = new Queue<string>(outline.Included.Select(static included => included.Prefix));
        HoconRoot Include(string name) => Read(
            Path.GetFullPath(name, directory),
            name,
            sections.TryDequeue(out var own) ? Join(section, own) : section,
            [.. includedBy, fullPath]);
        try
        {
            var root = Parser.Parse(text, Include);
            var shown = includedBy.Count == 0 ? "" : $"{shownPath}, ";
            _keys.AddRange(outline.Keys.Select(key => (Join(section, key.Path), $"{shown}line {key.Line}")));
            return root;
        }
        catch (Exception e) when (e is not NodeStartException)
        {
            throw new NodeStartException($"{fullPath}: {e.Message}", e);
        }
    }

    private static string Join(string section, string key) =>
        section.Length > 0 && key.Length > 0 ? $"{section}.{key}" : section + key;

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
