using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Ids = RaftActors.Storage.PersistenceIds;

namespace RaftNode.Host.Node;

/// <summary>Over how many Raft groups a node spreads its keys, and which group has a key.</summary>
/// <param name="name">The name in <c>raft.group</c>.</param>
/// <param name="count">The number of groups, <c>raftnode.groups</c>; at most <see cref="Most"/>.</param>
/// <remarks>
/// The number is chosen when the groups are founded, and never changes. So it is a part of their names: a node with
/// another number has other groups, which no member of these answers, and other persistence ids in its journal.
/// </remarks>
internal sealed class GroupLayout(string name, int count)
{
    /// <summary>The most groups.</summary>
    public const int Most = 1024;

    private const int SmallKey = 512;

    /// <summary>The name in <c>raft.group</c>.</summary>
    public string Name { get; } = name;

    /// <summary>The number of groups.</summary>
    public int Count { get; } = count;

    /// <summary>Whether all keys are in one group, which has the name of <c>raft.group</c> itself.</summary>
    public bool IsOne => Count == 1;

    /// <summary>A number of groups as a part of a sentence.</summary>
    public static string Text(int count) =>
        count == 1 ? "one group" : string.Create(CultureInfo.InvariantCulture, $"{count} groups");

    /// <summary>The name of a group, such as <c>kv-17-of-64</c>.</summary>
    /// <param name="group">The group, from 0.</param>
    public string NameOf(int group) =>
        IsOne ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}-{group}-of-{Count}");

    /// <summary>
    /// The group that has a key: XXH64 (seed 0) of the key's UTF-8 bytes, modulo the number of groups. The logs of the
    /// groups rely on it, so it must never change.
    /// </summary>
    /// <param name="key">The key, or the name of a lease: well-formed UTF-16.</param>
    public int Of(string key)
    {
        if (IsOne)
            return 0;
        int most = Encoding.UTF8.GetMaxByteCount(key.Length);
        byte[]? rented = most > SmallKey ? ArrayPool<byte>.Shared.Rent(most) : null;
        var bytes = rented is null ? stackalloc byte[SmallKey] : rented;
        int length = Encoding.UTF8.GetBytes(key, bytes);
        int group = (int)(XxHash64.HashToUInt64(bytes[..length]) % (ulong)Count);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return group;
    }

    /// <summary>The persistence ids of a node's peers.</summary>
    /// <param name="member">The node's member id.</param>
    public IReadOnlyList<string> PersistenceIds(string member) =>
        [.. Enumerable.Range(0, Count).Select(group => Ids.OfPeer(NameOf(group), member))];

    /// <summary>
    /// How many groups a node had that wrote under a persistence id; 0 if it is not one of a node of this name.
    /// </summary>
    /// <param name="persistenceId">The persistence id.</param>
    /// <param name="member">The node's member id.</param>
    public int CountOf(string persistenceId, string member)
    {
        if (persistenceId == Ids.OfPeer(Name, member))
            return 1;
        string before = $"raft-{Name}-", after = $"-{member}";
        if (persistenceId.Length <= before.Length + after.Length
            || !persistenceId.StartsWith(before, StringComparison.Ordinal)
            || !persistenceId.EndsWith(after, StringComparison.Ordinal))
            return 0;
        string[] parts = persistenceId[before.Length..^after.Length].Split("-of-");
        return parts is [var group, var all] && TryParse(group, out _) && TryParse(all, out int count) ? count : 0;
    }

    /// <summary>The number of the group that has a name, from 0; -1 if none has the name.</summary>
    public int NumberOf(string group)
    {
        if (IsOne)
            return group == Name ? 0 : -1;
        string after = $"-of-{Count}";
        return group.Length > Name.Length + after.Length
            && TryParse(group[(Name.Length + 1)..^after.Length], out int number) && number < Count
            && group == NameOf(number) ? number : -1;
    }

    /// <summary>Reads the name of one of several groups, such as <c>kv-17-of-64</c>.</summary>
    /// <returns>The name and the number of the groups; <c>null</c> if it is not such a name.</returns>
    public static GroupLayout? Parse(string group)
    {
        int of = group.LastIndexOf("-of-", StringComparison.Ordinal);
        int before = of > 0 ? group.LastIndexOf('-', of - 1) : -1;
        return before > 0
            && TryParse(group[(before + 1)..of], out int index) && TryParse(group[(of + 4)..], out int count)
            && count is > 1 and <= Most && index < count && new GroupLayout(group[..before], count) is var layout
            && layout.NameOf(index) == group
                ? layout
                : null;
    }

    private static bool TryParse(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>
    /// The number that clients have for a session. It says in which group the session is, because each group has its
    /// own numbers.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="session">The session's number in its group.</param>
    public long SessionNumber(int group, long session) => checked((session * Count) + group);

    /// <summary>The group and the number in that group of a session that clients have a number for.</summary>
    public (int Group, long Session) SessionOf(long number) => ((int)(number % Count), number / Count);
}
