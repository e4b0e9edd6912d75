using System.Globalization;
using RaftActors.Membership;

namespace RaftNode.Host.KeyValue;

/// <summary>
/// A position in the log in the form that clients store, as an ETag or as the id of an event: the index and, except in
/// the first history, a hyphen and the beginning of the history's identity. So a position in entries that a restore or
/// a recovery has given up is never taken for a position in the entries that replaced them.
/// </summary>
/// <param name="Index">The index.</param>
/// <param name="History">
/// The first <see cref="Digits"/> digits of the history's identity; empty for the first history of the group.
/// </param>
internal readonly record struct Position(long Index, string History)
{
    /// <summary>The number of digits of an identity in a position: 48 bits.</summary>
    public const int Digits = 12;

    /// <summary>The position of an entry of a group.</summary>
    public static Position Of(long index, IReadOnlyList<History> histories)
    {
        for (var i = histories.Count - 1; i > 0; i--)
        {
            if (histories[i].FirstIndex <= index)
                return new Position(index, Short(histories[i]));
        }
        return new Position(index, "");
    }

    /// <summary>Whether the entries up to this position are entries of a group.</summary>
    public bool IsOf(IReadOnlyList<History> histories)
    {
        for (var i = 0; i < histories.Count; i++)
        {
            if (History.Length == 0 ? i == 0 : Short(histories[i]) == History)
                return i == histories.Count - 1 || Index < histories[i + 1].FirstIndex;
        }
        return History.Length == 0 && histories.Count == 0;
    }

    /// <summary>Reads the output of <see cref="ToString"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Position position)
    {
        var hyphen = text.IndexOf('-');
        var history = hyphen < 0 ? "" : text[(hyphen + 1)..].ToString();
        var isGood = long.TryParse(hyphen < 0 ? text : text[..hyphen], NumberStyles.None, CultureInfo.InvariantCulture,
            out var index)
            && (hyphen < 0 || (history.Length == Digits && history.All(char.IsAsciiHexDigitLower)));
        position = new Position(index, history);
        return isGood;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Index}{(History.Length > 0 ? "-" : "")}{History}");

    /// <summary>The position in the quotes of an ETag.</summary>
    public string ToTag() =>
        string.Create(CultureInfo.InvariantCulture, $"\"{Index}{(History.Length > 0 ? "-" : "")}{History}\"");

    private static string Short(History history) =>
        history.GroupId.Length > Digits ? history.GroupId[..Digits] : history.GroupId;
}
