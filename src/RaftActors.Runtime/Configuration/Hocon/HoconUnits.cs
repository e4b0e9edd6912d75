using System.Globalization;

namespace Akka.Configuration.Hocon;

/// <summary>Durations and sizes with their units. A duration without unit is in milliseconds, a size in bytes.</summary>
internal static class HoconUnits
{
    public static TimeSpan? ParseDuration(string? text, bool allowInfinite)
    {
        if (allowInfinite && string.Equals(text, "infinite", StringComparison.OrdinalIgnoreCase))
            return Timeout.InfiniteTimeSpan;
        if (!TrySplit(text, out var number, out var unit))
            return null;
        decimal? ticks = unit switch
        {
            "ns" or "nano" or "nanos" or "nanosecond" or "nanoseconds" => 0.01m,
            "us" or "micro" or "micros" or "microsecond" or "microseconds" => TimeSpan.TicksPerMicrosecond,
            "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.TicksPerMillisecond,
            "s" or "second" or "seconds" => TimeSpan.TicksPerSecond,
            "m" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
            "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
            "d" or "day" or "days" => TimeSpan.TicksPerDay,
            _ => null,
        };
        return Product(number, ticks) is { } product ? TimeSpan.FromTicks(product) : null;
    }

    /// <summary>Powers of 1024, except for the units that end in a capital B or are spelled out: those are powers of 1000.</summary>
    public static long? ParseSize(string? text)
    {
        if (!TrySplit(text, out var number, out var unit))
            return null;
        decimal? bytes = unit switch
        {
            "" or "b" or "B" or "byte" or "bytes" => 1m,
            "kB" or "kilobyte" or "kilobytes" => 1e3m,
            "MB" or "megabyte" or "megabytes" => 1e6m,
            "GB" or "gigabyte" or "gigabytes" => 1e9m,
            "TB" or "terabyte" or "terabytes" => 1e12m,
            "PB" or "petabyte" or "petabytes" => 1e15m,
            "EB" or "exabyte" or "exabytes" => 1e18m,
            "k" or "K" or "Ki" or "KiB" or "kibibyte" or "kibibytes" => 1L << 10,
            "m" or "M" or "Mi" or "MiB" or "mebibyte" or "mebibytes" => 1L << 20,
            "g" or "G" or "Gi" or "GiB" or "gibibyte" or "gibibytes" => 1L << 30,
            "t" or "T" or "Ti" or "TiB" or "tebibyte" or "tebibytes" => 1L << 40,
            "p" or "P" or "Pi" or "PiB" or "pebibyte" or "pebibytes" => 1L << 50,
            "e" or "E" or "Ei" or "EiB" or "exbibyte" or "exbibytes" => 1L << 60,
            _ => null,
        };
        return Product(number, bytes);
    }

    private static bool TrySplit(string? text, out decimal number, out string unit)
    {
        text = text?.Trim() ?? "";
        var end = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        unit = text[end..].Trim();
        return decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number);
    }

    private static long? Product(decimal number, decimal? unit)
    {
        if (unit is null || number > long.MaxValue / unit.Value)
            return null;
        return (long)Math.Round(number * unit.Value);
    }
}
