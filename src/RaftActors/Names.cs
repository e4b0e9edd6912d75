using System.Globalization;

namespace RaftActors;

/// <summary>What groups and members may be called, and where nodes may be.</summary>
internal static class Names
{
    /// <summary>The rule, for messages.</summary>
    public const string WhatNamesAre = "a name is up to 64 letters, digits, '-', '_' and '.', and starts with a letter or digit";

    /// <summary>Whether a text may be a name: a part of actor paths, persistence ids and file names.</summary>
    public static bool IsName(string? name)
    {
        bool good = !string.IsNullOrEmpty(name) && name.Length <= 64 && char.IsAsciiLetterOrDigit(name[0]);
        foreach (char c in name ?? "")
            good &= char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
        return good;
    }

    /// <summary>Whether a text is <c>host:port</c>.</summary>
    public static bool IsAddress(string address)
    {
        int colon = address.LastIndexOf(':');
        return colon > 0 && int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65536;
    }
}
