using Google.Protobuf;
using RaftActors.Client;
using RaftActors.Membership;

namespace RaftActors.Protocol;

/// <summary>Converts changes of members between the client messages and raft.proto.</summary>
internal static class MemberMapping
{
    public static Wire.ClientMemberChange ToWire(this ChangeMembers m) =>
        new() { CorrelationId = m.CorrelationId, Forward = m.Forward,
            Change = new MemberChange(m.Voters, m.Learners, m.ExpectedIndex).ToWire() };

    public static ChangeMembers FromWire(this Wire.ClientMemberChange m)
    {
        var change = m.Change?.FromWire() ?? throw new FormatException("The change is missing.");
        return new ChangeMembers(change.Voters, change.Learners, m.Forward,
            m.CorrelationId) { ExpectedIndex = change.ExpectedIndex };
    }

    /// <summary>A change as the command of a proposal.</summary>
    public static Log.Payload ToPayload(this MemberChange change) => new(change.ToWire().ToByteArray(), 0, "");

    /// <summary>The change in a proposal's command; <c>null</c> if the bytes are not a change.</summary>
    public static MemberChange? TryReadMemberChange(this Log.Payload payload)
    {
        try
        {
            return Wire.MemberChange.Parser.ParseFrom(payload.Bytes.Span).FromWire();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static Wire.MemberChange ToWire(this MemberChange change)
    {
        var wire = new Wire.MemberChange { ExpectedIndex = change.ExpectedIndex };
        wire.Voters.Add(change.Voters.Select(ToWire));
        wire.Learners.Add(change.Learners.Select(ToWire));
        return wire;
    }

    private static MemberChange FromWire(this Wire.MemberChange wire) =>
        new([.. wire.Voters.Select(FromWire)], [.. wire.Learners.Select(FromWire)], wire.ExpectedIndex);

    /// <summary>A member as its own message.</summary>
    public static Wire.Voter ToWire(Member member) =>
        new() { Id = member.Id, Address = member.Address, Priority = member.Priority };

    /// <summary>A member from its own message.</summary>
    public static Member FromWire(Wire.Voter member) => new(member.Id, member.Address) { Priority = member.Priority };
}
