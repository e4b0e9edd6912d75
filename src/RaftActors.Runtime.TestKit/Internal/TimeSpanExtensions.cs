namespace Akka.TestKit.Internal;

public static class TimeSpanExtensions
{
    public static bool IsPositiveFinite(this TimeSpan timeSpan) => timeSpan >= TimeSpan.Zero;

    public static bool IsInfinite(this TimeSpan timeSpan) => timeSpan < TimeSpan.Zero;

    public static void EnsureIsPositiveFinite(this TimeSpan timeSpan, string parameterName)
    {
        if (!timeSpan.IsPositiveFinite())
            throw new ArgumentException($"The timespan must be greater than zero. Actual value: {timeSpan}", parameterName);
    }

    /// <summary>The shorter one, where none or a negative one is infinite.</summary>
    public static TimeSpan Min(this TimeSpan a, TimeSpan? b)
    {
        if (b is not { } other || other.IsInfinite())
            return a;
        return a.IsInfinite() || other < a ? other : a;
    }
}
