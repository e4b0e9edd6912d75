using RaftActors.Groups;

namespace RaftActors.Protocol;

/// <summary>Converts the events of the catalogue of groups to groups.proto and back.</summary>
internal static class GroupsMapping
{
    public static Wire.CatalogueWritten ToWire(this CatalogueWritten m)
    {
        var wire = new Wire.CatalogueWritten
        {
            FormatVersion = m.FormatVersion,
            Node = m.Node,
            LastIncarnation = m.LastIncarnation,
        };
        wire.Groups.Add(m.Groups.Select(ToWire));
        return wire;
    }

    public static CatalogueWritten FromWire(this Wire.CatalogueWritten m) =>
        new(m.FormatVersion, m.Node, m.LastIncarnation, [.. m.Groups.Select(FromWire)]);

    public static Wire.GroupCreated ToWire(this GroupCreated m) => new() { Group = m.Group.ToWire() };

    public static GroupCreated FromWire(this Wire.GroupCreated m) =>
        new((m.Group ?? throw new FormatException("The group is missing.")).FromWire());

    public static Wire.GroupEnding ToWire(this GroupEnding m) => new() { Group = m.Group, Incarnation = m.Incarnation };

    public static GroupEnding FromWire(this Wire.GroupEnding m) => new(m.Group, m.Incarnation);

    public static Wire.GroupEnded ToWire(this GroupEnded m) => new() { Group = m.Group, Incarnation = m.Incarnation };

    public static GroupEnded FromWire(this Wire.GroupEnded m) => new(m.Group, m.Incarnation);

    private static Wire.CataloguedGroup ToWire(this CataloguedGroup group)
    {
        var wire = new Wire.CataloguedGroup
        {
            Group = group.Group,
            Incarnation = group.Incarnation,
            MemberId = group.MemberId,
            Join = group.Join,
            Template = group.Template,
            Settings = group.Settings,
            StateMachine = group.StateMachine,
            JournalPluginId = group.JournalPluginId,
            SnapshotPluginId = group.SnapshotPluginId,
            IsEnding = group.IsEnding,
        };
        wire.Members.Add(group.Members.Select(MemberMapping.ToWire));
        return wire;
    }

    private static CataloguedGroup FromWire(this Wire.CataloguedGroup wire) => new()
    {
        Group = wire.Group,
        Incarnation = wire.Incarnation > 0
            ? wire.Incarnation
            : throw new FormatException("The group has no incarnation."),
        MemberId = wire.MemberId,
        Members = [.. wire.Members.Select(MemberMapping.FromWire)],
        Join = wire.Join,
        Template = wire.Template,
        Settings = wire.Settings,
        StateMachine = wire.StateMachine,
        JournalPluginId = wire.JournalPluginId,
        SnapshotPluginId = wire.SnapshotPluginId,
        IsEnding = wire.IsEnding,
    };
}
