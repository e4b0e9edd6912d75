namespace RaftActors;

/// <summary>The names that groups and members may have.</summary>
internal static class Names
{
    /// <summary>The rule, for messages.</summary>
    public const string WhatNamesAre =
        "a name is up to 64 letters, digits, '-', '_' and '.', and starts with a letter or digit";

    /// <summary>Whether a text may be a name. Names are parts of actor paths, persistence ids and file names.</summary>
    public static bool IsName(string? name)
    {
        bool good = !string.IsNullOrEmpty(name) && name.Length <= 64 && char.IsAsciiLetterOrDigit(name[0]);
        foreach (char c in name ?? "")
            good &= char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
        return good;
    }
}
