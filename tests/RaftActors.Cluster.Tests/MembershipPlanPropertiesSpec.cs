using RaftActors.Client;

namespace RaftActors.Cluster.Tests;

/// <summary>
/// What holds in all situations of a leader and four other nodes, and in random histories of such nodes.
/// </summary>
public sealed class MembershipPlanPropertiesSpec
{
    private static readonly string[] Others = ["A", "B", "C", "D"];

    // What a node and its member may be like.
    private static readonly Action<Situation, string>[] Kinds =
    [
        static (_, _) => { },
        static (situation, id) => situation.Waiting(id),
        static (situation, id) => situation.Voters(id),
        static (situation, id) => situation.Voters(id).Silent(id),
        static (situation, id) => situation.Voters(id).Leaving(id),
        static (situation, id) => situation.Voters(id).Absent(1, id),
        static (situation, id) => situation.Voters(id).Absent(60, id),
        static (situation, id) => situation.Learners(id),
        static (situation, id) => situation.Learners(id).Behind(id),
        static (situation, id) => situation.Learners(id).Silent(id),
        static (situation, id) => situation.Learners(id).Leaving(id),
        static (situation, id) => situation.Learners(id).Absent(60, id),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_change_never_costs_the_majority_and_takes_votes_only_for_a_reason(int desired)
    {
        int changes = 0;
        foreach (int[] kinds in All())
        {
            var situation = Make(desired, kinds, leaderLeaves: false);
            if (!HasMajority(situation, situation.Members.Where(IsVoter).Select(static member => member.Id),
                leavingToo: true))
                continue; // There is no leader then.
            var step = situation.Next();
            if (step.Change is not { } change)
                continue;
            changes++;
            Assert.Null(step.TransferTo);
            string[] voters = [.. change.Voters.Select(static voter => voter.Id)];
            string[] learners = [.. change.Learners.Select(static learner => learner.Id)];
            string[] before = [.. situation.Members.Where(IsVoter).Select(static member => member.Id)];
            string all = $"{situation}: {string.Join(" ", voters)} / {string.Join(" ", learners)}";
            Assert.True(voters.Length > 0
                && voters.Concat(learners).Distinct().Count() == voters.Length + learners.Length, all);
            Assert.True(!voters.Order().SequenceEqual(before.Order())
                || learners.Length != situation.Members.Count - before.Length
                || learners.Except(situation.Members.Select(static member => member.Id)).Any(),
                    $"Nothing is changed: {all}");
            if (!voters.Order().SequenceEqual(before.Order()))
                CheckVoters(situation, before, voters, desired, all);
        }
        Assert.True(changes > 1000, $"Only {changes} changes: the spec shows little.");
    }

    [Fact]
    public void Reachability_removes_nobody()
    {
        foreach (int[] kinds in All())
        {
            var reachable = Make(3, kinds, leaderLeaves: false);
            var unreachable = Make(3, kinds, leaderLeaves: false)
                .Unreachable([.. reachable.Nodes.Select(static node => node.MemberId)
                .Where(static id => id is "A" or "C")]);
            Assert.Equal(Losers(reachable), Losers(unreachable));
        }
    }

    [Fact]
    public void A_leader_that_leaves_hands_over_before_anything_else_if_another_voter_is_there()
    {
        foreach (int[] kinds in All())
        {
            var situation = Make(3, kinds, leaderLeaves: true);
            bool canHandOver = situation.Members.Any(member => IsVoter(member) && situation.IsThere(member.Id));
            var step = situation.Next();
            Assert.Equal(canHandOver, step.TransferTo is not null);
            Assert.False(canHandOver && step.Change is not null);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void Changes_come_to_an_end_and_then_the_group_has_the_voters_that_it_should_have(int desired)
    {
        foreach (int[] kinds in All())
        {
            var situation = Make(desired, kinds, leaderLeaves: false);
            if (!HasMajority(situation, situation.Members.Where(IsVoter).Select(static member => member.Id),
                leavingToo: true))
                continue;
            string begin = situation.ToString();
            int steps = 0;
            while (situation.Next().Change is { } change)
            {
                situation.Carry(change);
                Assert.True(++steps < 12, $"No end: {begin}, now {situation}");
            }
            string text = $"From {begin} to {situation}";
            Assert.DoesNotContain(situation.Nodes, static node => node.WaitsToJoin);
            int voters = situation.Members.Count(IsVoter);
            Assert.True(voters <= desired, text);
            bool canGrow = situation.Members.Where(static member => !IsVoter(member))
                .Count(member => situation.IsThere(member.Id) && member.MatchIndex > 1000) + voters >= voters + 2;
            Assert.False(canGrow && voters + 2 <= desired, text);
        }
    }

    [Fact]
    public void In_random_histories_only_crashes_cost_the_majority_and_the_group_recovers_its_voters()
    {
        for (int seed = 1; seed <= 300; seed++)
            new History(seed).Run();
    }

    private static void CheckVoters(Situation situation, string[] before, string[] voters, int desired, string all)
    {
        Assert.True(HasMajority(situation, voters, leavingToo: false), $"No majority: {all}");
        foreach (string id in voters.Except(before))
        {
            var learner = situation.Members.Single(member => member.Id == id);
            Assert.True(learner.Role == MemberRole.Learner && situation.IsThere(id) && learner.MatchIndex > 1000,
                $"Not ready: {all}");
        }
        bool tooMany = before.Length > desired;
        bool someLeave = situation.Nodes.Any(node => before.Contains(node.MemberId) && !node.IsThere);
        foreach (string id in before.Except(voters))
        {
            bool isIn = situation.Nodes.Any(node => node.MemberId == id && node.IsThere);
            Assert.True(tooMany || someLeave || !isIn, $"{id} loses its vote for no reason: {all}");
        }
        if (!tooMany)
            Assert.True(Tolerance(situation, voters) >= Tolerance(situation, before), $"Weaker: {all}");
    }

    private static string[] Losers(Situation situation)
    {
        var change = situation.Next().Change;
        return change is null ? [] : [.. situation.Members.Where(IsVoter).Select(static member => member.Id)
            .Except(change.Voters.Select(static voter => voter.Id))];
    }

    private static IEnumerable<int[]> All()
    {
        int[] kinds = new int[Others.Length];
        while (true)
        {
            yield return kinds;
            int at = 0;
            while (at < kinds.Length && ++kinds[at] == Kinds.Length)
                kinds[at++] = 0;
            if (at == kinds.Length)
                yield break;
        }
    }

    private static Situation Make(int desired, int[] kinds, bool leaderLeaves)
    {
        var situation = new Situation(desired).Voters("L");
        if (leaderLeaves)
            situation.Leaving("L");
        for (int i = 0; i < Others.Length; i++)
            Kinds[kinds[i]](situation, Others[i]);
        return situation;
    }

    private static bool IsVoter(MemberStatus member) => member.Role == MemberRole.Voter;

    private static int Tolerance(Situation situation, IReadOnlyCollection<string> voters) =>
        voters.Count(situation.IsThere) - ((voters.Count / 2) + 1);

    private static bool HasMajority(Situation situation, IEnumerable<string> voters, bool leavingToo)
    {
        string[] ids = [.. voters];
        return ids.Count(id => situation.IsThere(id)
            || (leavingToo && situation.Members.Any(member => member.Id == id
                && member.IsActive == true))) > ids.Length / 2;
    }

    /// <summary>Nodes that come, leave, crash and come back, one after another.</summary>
    private sealed class History(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Situation _situation = new Situation(seed % 2 == 0 ? 3 : 5).Voters("L", "A", "B");
        private int _names;

        public void Run()
        {
            for (int i = 0; i < 40; i++)
            {
                Happen();
                Settle();
            }
        }

        private void Happen()
        {
            string[] ids = [.. _situation.Nodes.Select(static node => node.MemberId).Where(static id => id != "L")];
            string? one = ids.Length == 0 ? null : ids[_random.Next(ids.Length)];
            switch (_random.Next(4))
            {
                case 0 when ids.Length < 6:
                    _situation.Waiting($"N{++_names}");
                    break;
                case 1 when one is not null && _situation.Members.Any(member => member.Id == one):
                    _situation.Leaving(one);
                    break;
                // Only so many crash that there is a leader.
                case 2 when one is not null && _situation.Members.Any(member => member.Id == one) && Majority(one):
                    _situation.Absent(_random.Next(2) == 0 ? 1 : 60, one);
                    break;
                case 3:
                    foreach (var member in _situation.Members.Where(member => member.IsActive != true).ToArray())
                        _situation.Return(member.Id);
                    break;
            }
        }

        private bool Majority(string without)
        {
            string[] voters = [.. _situation.Members.Where(IsVoter).Select(static member => member.Id)];
            return voters.Count(id => id != without && _situation.IsThere(id)) > voters.Length / 2;
        }

        private void Settle()
        {
            for (int steps = 0; ; steps++)
            {
                Assert.True(steps < 12, $"Seed {seed}: no end: {_situation}");
                var step = _situation.Next();
                if (step.Change is { } change)
                    _situation.Carry(change);
                foreach (var node in _situation.Nodes.Where(static node => !node.IsThere).ToArray())
                {
                    bool isMember = _situation.Members.Any(member => member.Id == node.MemberId);
                    if (!isMember || step.MayLeave.Contains(node.MemberId))
                        _situation.Gone(node.MemberId);
                }
                string[] voters = [.. _situation.Members.Where(IsVoter).Select(static member => member.Id)];
                Assert.True(HasMajority(_situation, voters, leavingToo: true),
                    $"Seed {seed}: the majority is lost: {_situation}");
                if (step.Change is null)
                    return;
            }
        }
    }
}
