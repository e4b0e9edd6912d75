using RaftActors.Log;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Simulation.Checks;

/// <summary>
/// The members with a vote, read from the bytes of a log's entry and counted here. The check does not use the product's
/// own arithmetic of majorities, because it checks that arithmetic. Learners are left out.
/// </summary>
internal sealed class Electorate
{
    // The store of each voter by member id, as the group knows it.
    private readonly Dictionary<string, string?> _voters;
    private readonly Dictionary<string, string?> _outgoing;

    private Electorate(Dictionary<string, string?> voters, Dictionary<string, string?> outgoing) =>
        (_voters, _outgoing) = (voters, outgoing);

    /// <summary>Reads a configuration entry.</summary>
    public static Electorate Of(LogEntry entry)
    {
        var configuration = Wire.Configuration.Parser.ParseFrom(entry.Payload.Bytes.Span);
        return new Electorate(Read(configuration.Voters), Read(configuration.OutgoingVoters));
    }

    /// <summary>The founders of a group. No store is known yet.</summary>
    public static Electorate OfFounders(IEnumerable<string> ids) =>
        new(ids.ToDictionary(id => id, _ => default(string)), []);

    /// <summary>
    /// Whether more than half of the voters agree and, while the voters change, more than half of the former voters too
    /// (paper, section 6).
    /// </summary>
    /// <param name="agrees">
    /// Whether a member agrees, with the store that the group knows. A <c>null</c> store means any store, and an empty
    /// one means none.
    /// </param>
    public bool Decides(Func<string, string?, bool> agrees) =>
        MoreThanHalf(_voters, agrees) && (_outgoing.Count == 0 || MoreThanHalf(_outgoing, agrees));

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _voters.Keys.Order(StringComparer.Ordinal))
        + (_outgoing.Count == 0 ? "" : $"; before {string.Join(", ", _outgoing.Keys.Order(StringComparer.Ordinal))}");

    private static Dictionary<string, string?> Read(IEnumerable<Wire.Voter> voters) =>
        voters.ToDictionary(voter => voter.Id, voter => (string?)voter.StoreId);

    private static bool MoreThanHalf(Dictionary<string, string?> voters, Func<string, string?, bool> agrees) =>
        2 * voters.Count(voter => agrees(voter.Key, voter.Value)) > voters.Count;
}
