using System.Collections;

namespace Akka.TestKit.Xunit2;

/// <summary>When a received message is the expected one: as the type itself says, else element by element, else as <see cref="object.Equals(object)"/>.</summary>
internal static class MessageEquality
{
    public static bool AreEqual<T>(T expected, T actual)
    {
        if (expected is null || actual is null)
            return expected is null && actual is null;

        return expected switch
        {
            IEquatable<T> equatable => equatable.Equals(actual),
            IComparable<T> comparable => comparable.CompareTo(actual) == 0,
            IComparable comparable when expected.GetType() == actual.GetType() => comparable.CompareTo(actual) == 0,
            IEnumerable items when expected is not string && actual is IEnumerable others => AreSequencesEqual(items, others),
            _ => expected.GetType() == actual.GetType() && expected.Equals(actual),
        };
    }

    private static bool AreSequencesEqual(IEnumerable expected, IEnumerable actual)
    {
        var others = actual.GetEnumerator();
        foreach (var item in expected)
        {
            if (!others.MoveNext() || !AreEqual(item, others.Current))
                return false;
        }

        return !others.MoveNext();
    }
}
