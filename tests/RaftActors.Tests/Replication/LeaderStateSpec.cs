using RaftActors.Membership;

namespace RaftActors.Tests.Replication;

/// <summary>How a leader counts what is on whose disk.</summary>
public sealed class LeaderStateSpec
{
    // Against the counting of votes: an index is durable on a majority if those at or after it could elect somebody.
    // The leader may have a vote, be a learner, or be on its way out.
    [Fact]
    public void An_index_is_durable_on_a_majority_if_those_who_have_it_are_one()
    {
        var random = new Random(1);
        for (int i = 0; i < 500; i++)
        {
            var configuration = new Configuration(Some(random), Some(random), random.Next(2) == 0 ? [] : Some(random));
            var match = "abcde".ToDictionary(static id => id.ToString(), _ => random.NextInt64(6));
            var leader = Leaders.Of(configuration, lastIndex: 10);
            foreach (var follower in leader.Followers)
                follower.Progress.Accepted(match[follower.Server.Id], match[follower.Server.Id]);

            long expected = Enumerable.Range(0, 7)
                .Where(index => configuration.HasMajority(voter => match[voter.Id] >= index)).Max();

            Assert.Equal(expected, leader.MajorityMatch(match["a"]));
        }
    }

    private static List<Server> Some(Random random)
    {
        string ids = string.Concat("abcde".Where(_ => random.Next(2) == 0));
        return (ids.Length > 0 ? ids : "a").Select(static id => new Server(id.ToString(), $"{id}:1", $"store-{id}"))
            .ToList();
    }
}
