using Akka.Configuration;
using RaftActors.Membership;

namespace RaftActors.Groups;

/// <summary>
/// The section <c>raft.groups</c>: what all groups of the catalogue have in common, and the templates of their
/// settings.
/// </summary>
internal sealed class GroupTemplates
{
    private const string Section = "raft.groups.templates";

    // Keys of the section raft that belong to the node, or to clients, and not to one group.
    private static readonly string[] NodeKeys =
        ["group", "member-id", "groups", "client", "singleton", "hyperion-types", "allow-json-commands"];

    // A group is checked with these as long as it has no name and no members of its own.
    private const string AnyGroup = "group";
    private const string AnyAddress = "127.0.0.1:1";

    private readonly Config _raft;
    private readonly Dictionary<string, Config> _sections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RaftSettings> _settings = new(StringComparer.Ordinal);
    private readonly bool _hasMembers;

    /// <summary>Reads the section, and checks all templates.</summary>
    /// <param name="raft">The section <c>raft</c>.</param>
    /// <exception cref="ConfigurationException">
    /// A template, or the section <c>raft</c> itself, is not usable. The message names the key and the value.
    /// </exception>
    public GroupTemplates(Config? raft)
    {
        var reader = new SettingsReader(raft);
        _raft = raft!;
        _hasMembers = reader.Members("members").Count > 0;
        MemberId = reader.Text("member-id");
        ParallelRecoveries = reader.Count("groups.parallel-recoveries");
        RaftSettings.Check(ParallelRecoveries > 0, "groups.parallel-recoveries", ParallelRecoveries,
            "it must be more than zero");
        SleepAfter = reader.Duration("groups.sleep-after");
        RaftSettings.Check(SleepAfter >= TimeSpan.Zero, "groups.sleep-after", SleepAfter, "it must not be negative");
        var keys = ReferenceConfig.Load();
        foreach (string name in KnownKeys.NamesIn(raft!.GetConfig("groups.templates")))
        {
            string key = $"{Section}.{KnownKeys.Quoted(name)}";
            if (!Names.IsName(name))
                throw new SettingException(key, $"{key}: {Names.WhatNamesAre}.");
            var section = raft.GetConfig($"groups.templates.{KnownKeys.Quoted(name)}");
            KnownKeys.Renamed(keys, "raft", key, NodeKeys).Check(key, section);
            _sections.Add(name, section);
        }
        foreach (string name in _sections.Keys.Append(""))
            _settings.Add(name, Read(name, ""));
    }

    /// <summary>This node's member id in all groups of the catalogue.</summary>
    public string MemberId { get; }

    /// <summary>How many peers may recover at a time.</summary>
    public int ParallelRecoveries { get; }

    /// <summary>After what time of rest a peer sleeps; zero for never.</summary>
    public TimeSpan SleepAfter { get; }

    /// <summary>The settings of the section <c>raft</c> alone, with names and addresses that mean nothing.</summary>
    public RaftSettings Own => _settings[""];

    /// <summary>The settings of a group.</summary>
    /// <param name="group">The group. A plugin that it does not name is that of its settings.</param>
    /// <exception cref="ConfigurationException">
    /// There is no such template, or a setting is not usable. The message names the key, the value, and what is known.
    /// </exception>
    public RaftSettings SettingsOf(CataloguedGroup group)
    {
        if (!_settings.TryGetValue(group.Template, out var settings))
            throw NoTemplate(group.Template);
        if (group.Settings.Length > 0)
            settings = Read(group.Template, group.Settings);
        var members = group.Members.Count > 0 ? group.Members
            : _hasMembers || HasMembers(group) ? settings.Members
            : [];
        if (members.Count == 0)
        {
            throw new SettingException("raft.members",
                $"The group '{group.Group}' has no members: name them in the group's definition, in its template, or "
                + "in raft.members.");
        }
        settings = settings with
        {
            Group = group.Group,
            Incarnation = group.Incarnation,
            SleepAfter = SleepAfter,
            MemberId = MemberId,
            Members = WithOwnAddress(members, settings.Members),
            Join = group.Join || settings.Join,
            JournalPluginId = group.JournalPluginId.Length > 0 ? group.JournalPluginId : settings.JournalPluginId,
            SnapshotPluginId = group.SnapshotPluginId.Length > 0 ? group.SnapshotPluginId : settings.SnapshotPluginId,
        };
        settings.Validate();
        return settings;
    }

    // A node that has moved has its new address in the configuration.
    private IReadOnlyList<Member> WithOwnAddress(IReadOnlyList<Member> members, IReadOnlyList<Member> configured)
    {
        string? own = configured.FirstOrDefault(member => member.Id == MemberId)?.Address;
        return own is null or AnyAddress
            ? members
            : [.. members.Select(member => member.Id == MemberId ? member with { Address = own } : member)];
    }

    private bool HasMembers(CataloguedGroup group) =>
        (_sections.TryGetValue(group.Template, out var section) && section.HasPath("members"))
        || Parse(group.Settings).HasPath("members");

    // What is wrong in a template is named by the template's key, and what is wrong in the group's own text as such.
    private RaftSettings Read(string template, string text)
    {
        var own = Parse(text);
        var section = _sections.GetValueOrDefault(template);
        try
        {
            if (text.Length > 0)
                KnownKeys.Renamed(ReferenceConfig.Load(), "raft", "raft", NodeKeys).Check("raft", own);
            var whole = own.WithFallback(section ?? ConfigurationFactory.Empty).WithFallback(_raft);
            if (!whole.HasPath("members") || new SettingsReader(whole).Members("members").Count == 0)
                whole = ConfigurationFactory.ParseString(
                    $"members = [ {{ id = \"{MemberId}\", address = \"{AnyAddress}\" }} ]").WithFallback(whole);
            return RaftSettings.FromConfig(
                ConfigurationFactory.ParseString($"group = {AnyGroup}").WithFallback(whole));
        }
        catch (SettingException problem) when (problem.Key.StartsWith("raft.", StringComparison.Ordinal))
        {
            string key = problem.Key["raft.".Length..];
            if (own.HasPath(key))
                throw new SettingException(problem.Key, $"In the settings of the group: {problem.Message}", problem);
            string inTemplate = $"{Section}.{KnownKeys.Quoted(template)}.{key}";
            throw section?.HasPath(key) == true
                ? new SettingException(
                    inTemplate, problem.Message.Replace(problem.Key, inTemplate, StringComparison.Ordinal), problem)
                : problem;
        }
    }

    private static Config Parse(string text)
    {
        try
        {
            return text.Length == 0 ? ConfigurationFactory.Empty : ConfigurationFactory.ParseString(text);
        }
        catch (Exception problem)
        {
            throw new ConfigurationException(
                $"The settings of the group, {text.ReplaceLineEndings(" ")}, are no HOCON: {problem.Message}", problem);
        }
    }

    private ConfigurationException NoTemplate(string name)
    {
        string known = _sections.Count == 0
            ? $"{Section} has none"
            : $"The templates are {string.Join(", ", _sections.Keys.Order(StringComparer.Ordinal))}";
        return new SettingException($"{Section}.{KnownKeys.Quoted(name)}",
            $"{Section}.{KnownKeys.Quoted(name)}: there is no such template. {known}.");
    }
}
