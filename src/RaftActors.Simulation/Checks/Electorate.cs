using RaftActors.Log;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Simulation.Checks;

/// <summary>
/// Who has a vote, read from the bytes of a log's entry and counted here: the product's own arithmetic of majorities is
/// what is checked, and has no part in the check. Learners are not in it.
/// </summary>
internal sealed class Electorate
{
    // By member id the store that the group knows it by.
    private readonly Dictionary<string, string?> _voters;
    private readonly Dictionary<string, string?> _outgoing;

    private Electorate(Dictionary<string, string?> voters, Dictionary<string, string?> outgoing) =>
        (_voters, _outgoing) = (voters, outgoing);

    /// <summary>What a configuration entry says.</summary>
    public static Electorate Of(LogEntry entry)
    {
        var configuration = Wire.Configuration.Parser.ParseFrom(entry.Payload.Bytes.Span);
        return new Electorate(Read(configuration.Voters), Read(configuration.OutgoingVoters));
    }

    /// <summary>Those who found a group; nobody's store is known yet.</summary>
    public static Electorate OfFounders(IEnumerable<string> ids) =>
        new(ids.ToDictionary(id => id, _ => default(string)), []);

    /// <summary>
    /// Whether more than half of the voters agree, and while the voters change more than half of the former ones too
    /// (paper, section 6).
    /// </summary>
    /// <param name="agrees">
    /// Whether a member agrees, under the store that the group knows it by; <c>null</c> stands for any, and an empty
    /// one for none.
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
