namespace RaftActors;

/// <summary>What groups and members may be called.</summary>
internal static class Names
{
    /// <summary>The rule, for messages.</summary>
    public const string WhatNamesAre =
        "a name is up to 64 letters, digits, '-', '_' and '.', and starts with a letter or digit";

    /// <summary>Whether a text may be a name: a part of actor paths, persistence ids and file names.</summary>
    public static bool IsName(string? name)
    {
        bool good = !string.IsNullOrEmpty(name) && name.Length <= 64 && char.IsAsciiLetterOrDigit(name[0]);
        foreach (char c in name ?? "")
            good &= char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
        return good;
    }
}
