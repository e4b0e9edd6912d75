using Xunit;
using Xunit.Sdk;

namespace Akka.TestKit.Xunit2;

public class XunitAssertions : ITestKitAssertions
{
    public void Fail(string format = "", params object?[] args) => Assert.Fail(Text(format, args));

    public void AssertTrue(bool condition, string format = "", params object?[] args)
    {
        if (!condition)
            throw TrueException.ForNonTrueValue(Text(format, args), false);
    }

    public void AssertFalse(bool condition, string format = "", params object?[] args)
    {
        if (condition)
            throw FalseException.ForNonFalseValue(Text(format, args), true);
    }

    public void AssertEqual<T>(T expected, T actual, string format = "", params object?[] args) =>
        AssertEqual(expected, actual, MessageEquality.AreEqual, format, args);

    public void AssertEqual<T>(T expected, T actual, Func<T, T, bool> comparer, string format = "", params object?[] args)
    {
        if (!comparer(expected, actual))
            throw EqualException.ForMismatchedValues(expected, actual, string.IsNullOrEmpty(format) ? null : Text(format, args));
    }

    /// <summary>A text without arguments is none to format: it may well contain braces.</summary>
    private static string Text(string format, object?[] args) => args.Length == 0 ? format : string.Format(format, args);
}
