using System.Net;
using Akka.Configuration;
using RaftActors;

namespace RaftNode.Host.Configuration;

/// <summary>
/// Reads the values of the node's own keys. A value that is not usable is a <see cref="SettingException"/>, whose
/// message names the key, the value and what is expected.
/// </summary>
internal static class HoconValues
{
    /// <summary>Reads a port. 0 if the key is not set.</summary>
    /// <exception cref="SettingException">The value is not a port.</exception>
    public static int Port(Config config, string key) => Count(config, key, 0, IPEndPoint.MaxPort);

    /// <summary>Reads a whole number.</summary>
    /// <exception cref="SettingException">The value is no whole number, or not between these.</exception>
    public static int Count(Config config, string key, int least, int most)
    {
        var value = Read<long>(config, key, static (c, k) => c.GetLong(k, 0));
        return value >= least && value <= most
            ? (int)value.Value
            : throw Bad(config, key, $"a whole number from {least} to {most}");
    }

    /// <summary>Reads a size in bytes.</summary>
    /// <exception cref="SettingException">The value is no size, or not between these.</exception>
    public static long Bytes(Config config, string key, long least, long most)
    {
        var value = Read<long>(config, key, static (c, k) => c.GetByteSize(k));
        return value >= least && value <= most
            ? value.Value
            : throw Bad(config, key, $"a size from {least} to {most} bytes, such as 64 KiB or 1 MiB");
    }

    /// <summary>Reads a switch.</summary>
    /// <exception cref="SettingException">The value is no switch.</exception>
    public static bool Switch(Config config, string key) =>
        Read<bool>(config, key, static (c, k) => c.GetBoolean(k)) ?? throw Bad(config, key, "on or off");

    /// <summary>Reads a duration.</summary>
    /// <exception cref="SettingException">The value is no duration.</exception>
    public static TimeSpan Duration(Config config, string key) => Duration(
        config, key, TimeSpan.FromTicks(1), TimeSpan.FromDays(1) - TimeSpan.FromTicks(1),
        "of more than nothing and less than a day");

    /// <summary>Reads a duration within bounds.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="key">The key.</param>
    /// <param name="least">The least duration.</param>
    /// <param name="most">The longest duration.</param>
    /// <param name="bounds">The bounds, for the message.</param>
    /// <exception cref="SettingException">The value is not such a duration.</exception>
    public static TimeSpan Duration(Config config, string key, TimeSpan least, TimeSpan most, string bounds)
    {
        var value = Read<TimeSpan>(config, key, static (c, k) => c.GetTimeSpan(k, null, false));
        return value >= least && value <= most
            ? value.Value
            : throw Bad(config, key, $"a duration such as 300 ms or 5 s, {bounds}");
    }

    /// <summary>Reads a part of a whole.</summary>
    /// <exception cref="SettingException">The value is no number from 0 to 1.</exception>
    public static double Ratio(Config config, string key)
    {
        var value = Read<double>(config, key, static (c, k) => c.GetDouble(k));
        return value is >= 0 and <= 1 ? value.Value : throw Bad(config, key, "a number from 0 to 1, such as 0.01");
    }

    /// <summary>Reads a URL of HTTP. <c>null</c> if the value is empty.</summary>
    /// <exception cref="SettingException">The value is no such URL.</exception>
    public static Uri? Url(Config config, string key)
    {
        string value = config.GetString(key, "");
        if (value.Length == 0)
            return null;
        return Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw Bad(config, key, "a URL such as http://127.0.0.1:4317");
    }

    /// <summary>What to throw when a value is not what is expected.</summary>
    public static SettingException Bad(Config config, string key, string expected) =>
        new(key, $"{key} = {config.GetString(key, "")}: it is not {expected}.");

    // If a value is of the wrong kind, the exception of the configuration library does not always name the key.
    private static T? Read<T>(Config config, string key, Func<Config, string, T?> read)
        where T : struct
    {
        try
        {
            return read(config, key);
        }
        catch (Exception e) when (e is FormatException or OverflowException or NotSupportedException
            or ArgumentException)
        {
            return null;
        }
    }
}
