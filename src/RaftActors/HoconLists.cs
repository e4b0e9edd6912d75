using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace RaftActors;

/// <summary>
/// Reads lists of HOCON. Akka.NET 1.5.74 reads <c>[ ]</c>, with a space, a line or a comment between the brackets, as a
/// list with one element that is nothing: <c>findings/hocon-blank-list-has-an-element.sh</c>.
/// </summary>
internal static class HoconLists
{
    /// <summary>The texts of a list; none if the key is missing.</summary>
    public static IReadOnlyList<string> Texts(this Config config, string key) =>
        [.. config.GetStringList(key, []).OfType<string>()];

    /// <summary>The elements of a list; none for another value.</summary>
    public static IEnumerable<HoconValue> Elements(this HoconValue value) =>
        value.IsArray() ? value.GetArray().Where(static element => !element.IsEmpty) : [];
}
