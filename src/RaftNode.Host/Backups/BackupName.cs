using System.Globalization;
using System.Text.RegularExpressions;

namespace RaftNode.Host.Backups;

/// <summary>
/// The name of a backup that a node writes by schedule, such as kv-20261130T120000Z-2417-node1.backup.
/// </summary>
/// <param name="Group">The name of the group.</param>
/// <param name="TakenAt">When the backup was taken, to the second.</param>
/// <param name="Index">The index of the last entry that the backup includes; of several groups the sum.</param>
/// <param name="Member">The member that wrote the file. So no two nodes write a file of the same name.</param>
internal sealed partial record BackupName(string Group, DateTimeOffset TakenAt, long Index, string Member)
{
    /// <summary>The end of the name of a backup.</summary>
    public const string Extension = ".backup";

    /// <summary>What follows the name of a backup as long as the file is not complete and verified.</summary>
    public const string Partial = ".partial";

    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Reads the name of a complete file.</summary>
    /// <param name="file">The name, without a directory.</param>
    /// <returns>The name; <c>null</c> if no schedule gives a file this name.</returns>
    public static BackupName? Parse(string file)
    {
        var match = Pattern().Match(file);
        return match.Success
            && DateTimeOffset.TryParseExact(match.Groups["time"].Value, TimeFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var takenAt)
            && long.TryParse(match.Groups["index"].Value, CultureInfo.InvariantCulture, out var index)
                ? new BackupName(match.Groups["group"].Value, takenAt, index, match.Groups["member"].Value)
                : null;
    }

    /// <summary>Reads the name of a file that was not complete when its node stopped.</summary>
    public static BackupName? ParsePartial(string file) =>
        file.EndsWith(Partial, StringComparison.Ordinal) ? Parse(file[..^Partial.Length]) : null;

    /// <summary>The name as a text.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Group}-{Time()}-{Index}-{Member}{Extension}");

    private string Time() => TakenAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    // The names of groups and members may have hyphens and dots themselves.
    [GeneratedRegex(
        "^(?<group>[A-Za-z0-9][A-Za-z0-9_.-]*)-(?<time>[0-9]{8}T[0-9]{6}Z)-(?<index>[0-9]+)"
            + "-(?<member>[A-Za-z0-9][A-Za-z0-9_.-]*)\\.backup$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
