using System.Globalization;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using RaftActors;
using RaftNode.Host.Node;

namespace RaftNode.Host.Configuration;

/// <summary>The setting <c>raftnode.groups</c>: over how many groups the keys are spread.</summary>
internal static class GroupSettings
{
    private const string Key = "raftnode.groups";
    private const string ShortKey = "raft.groups";

    /// <summary>
    /// Writes a file's <c>raft.groups = 64</c> as <c>raftnode.groups = 64</c>, because <c>raft.groups</c> is a section
    /// of the library.
    /// </summary>
    /// <returns>The key that the file has.</returns>
    /// <exception cref="SettingException">The file has both keys.</exception>
    public static string Expand(Config own)
    {
        if (!own.HasPath(ShortKey) || own.GetConfig("raft").Root.GetObject() is not { } raft
            || !raft.Items.TryGetValue("groups", out var value) || !value.IsString())
            return Key;
        if (own.HasPath(Key))
            throw new SettingException(ShortKey, $"{ShortKey} is another name of {Key}: keep one of the two");
        raft.Items.Remove("groups");
        var sections = own.Root.GetObject().Items;
        if (!sections.TryGetValue("raftnode", out var section))
            sections["raftnode"] = section = new HoconValue([new HoconObject()]);
        // A raftnode that is no section is refused later.
        if (section.IsObject())
            section.GetObject().Items["groups"] = value;
        return ShortKey;
    }

    /// <summary>Reads the number of groups, and checks that the node can have so many.</summary>
    /// <param name="config">The node's configuration.</param>
    /// <param name="key">The key that its file has.</param>
    /// <param name="name">The name in <c>raft.group</c>.</param>
    /// <param name="store">Where the node's data is.</param>
    /// <exception cref="SettingException">The number cannot be used. The message says why, and what to do.</exception>
    public static GroupLayout Read(Config config, string key, string name, StoreSettings store)
    {
        string text = config.GetString(Key) ?? "";
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            || count is < 1 or > GroupLayout.Most)
            throw new SettingException(key, $"{key} = {text}: it is a whole number from 1 to {GroupLayout.Most}");
        var layout = new GroupLayout(name, count);
        if (layout.IsOne)
            return layout;
        // The names of the groups are names as raft.group is one.
        string longest = layout.NameOf(count - 1);
        if (!Names.IsName(longest))
        {
            throw new SettingException("raft.group",
                $"raft.group = {name}: it is too long for {key} = {count}, because the groups have names such as {longest}, of at most 64 characters");
        }
        if (store.Journal.File is null)
        {
            throw new SettingException(key, $"{key} = {count} needs a journal in a SQLite file, which shows at each "
                + $"start that the number is the same. {store.Journal.PluginId} has none: use the default journal, or "
                + $"one group");
        }
        return layout;
    }
}
