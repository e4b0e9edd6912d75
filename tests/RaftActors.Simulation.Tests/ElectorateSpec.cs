using Google.Protobuf;
using RaftActors.Log;
using RaftActors.Simulation.Checks;
using Wire = RaftActors.Protocol.Wire;

namespace RaftActors.Simulation.Tests;

/// <summary>The arithmetic by which the simulation judges elections and commits.</summary>
public sealed class ElectorateSpec
{
    [Theory]
    [InlineData("a b", true)]
    [InlineData("a", false)]
    [InlineData("a l m", false)]
    public void A_majority_is_more_than_half_of_the_voters_and_learners_do_not_count(string agree, bool decides) =>
        Assert.Equal(decides, Decides(Configuration("a b c", "", "l m"), agree));

    [Theory]
    [InlineData("a b", false)]
    [InlineData("a b c", false)]
    [InlineData("c d e", false)]
    [InlineData("a d e", false)]
    [InlineData("a b d e", true)]
    [InlineData("b c d", true)]
    public void While_the_voters_change_it_takes_a_majority_of_both_sets(string agree, bool decides) =>
        Assert.Equal(decides, Decides(Configuration("c d e", "a b c", ""), agree));

    [Fact]
    public void Half_is_no_majority() => Assert.False(Decides(Configuration("a b c d", "", ""), "a b"));

    [Fact]
    public void A_member_agrees_only_under_its_store() =>
        Assert.False(Electorate.Of(Configuration("a b c", "", "")).Decides((_, store) => store == "store of a"));

    private static bool Decides(LogEntry entry, string agree) =>
        Electorate.Of(entry).Decides((id, store) => store == $"store of {id}" && agree.Split(' ').Contains(id));

    private static LogEntry Configuration(string voters, string outgoing, string learners)
    {
        var wire = new Wire.Configuration();
        wire.Voters.Add(Servers(voters));
        wire.OutgoingVoters.Add(Servers(outgoing));
        wire.Learners.Add(Servers(learners));
        return new LogEntry(1, 1, EntryKind.Configuration, 0, new Payload(wire.ToByteArray(), 0, ""));
    }

    private static IEnumerable<Wire.Voter> Servers(string ids) =>
        ids.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => new Wire.Voter { Id = id, StoreId = $"store of {id}" });
}
