using Google.Protobuf.Collections;
using RaftActors.Membership;

namespace RaftActors.Protocol;

/// <summary>Converts what a peer remembers about stores to raft.proto and back.</summary>
internal static class StoreMapping
{
    public static Wire.StoreRecord ToWire(this StoreRecord record) => new()
    {
        StoreId = record.StoreId,
        Incarnation = record.Incarnation,
        ConfirmedTerm = record.ConfirmedTerm,
        ConfirmedIndex = record.ConfirmedIndex,
        IsSetBack = record.IsSetBack,
        Address = record.Address,
    };

    public static StoreRecord FromWire(this Wire.StoreRecord wire) =>
        new(wire.StoreId, wire.Incarnation, wire.ConfirmedTerm, wire.ConfirmedIndex, wire.IsSetBack, wire.Address);

    public static IReadOnlyList<StoreRecord> FromWire(this RepeatedField<Wire.StoreRecord> wire) =>
        wire.Count == 0 ? [] : [.. wire.Select(FromWire)];
}
