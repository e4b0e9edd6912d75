using RaftActors.Cluster.Wire;
using RaftActors.Membership;

namespace RaftActors.Cluster.Tests;

/// <summary>How nodes without a log agree on the founders, whatever contact points each of them sees.</summary>
public sealed class FoundersAgreementSpec
{
    [Fact]
    public void A_node_agrees_when_all_founders_say_the_same_set()
    {
        var step = Next("B", contacts: [Empty("A", "A B C"), Empty("C", "A B C")]);

        Assert.True(step.Agrees);
        Assert.Equal(["A", "B", "C"], step.Candidates.Select(static member => member.Id));
        Assert.Equal("A.test:4051", step.Candidates[0].Address);
    }

    [Fact]
    public void A_node_does_not_agree_before_all_founders_say_the_set()
    {
        var step = Next("B", contacts: [Empty("A", "A B C"), Empty("C", "")]);

        Assert.False(step.Agrees);
        Assert.Contains("C", step.Reason);
    }

    [Fact]
    public void The_lowest_ids_found_the_group_and_the_others_wait()
    {
        var contacts = new[] { Empty("A", "A B C"), Empty("B", "A B C"), Empty("C", "A B C") };

        var step = Next("D", contacts: contacts);

        Assert.False(step.Agrees || step.Founds);
        Assert.Contains("waits to be added", step.Reason);
    }

    [Fact]
    public void Nothing_is_founded_while_a_contact_point_is_silent()
    {
        var step = Next("B", contacts: [Empty("A", "A B C"), Empty("C", "A B C")], silent: ["X"]);

        Assert.False(step.Agrees);
        Assert.Contains("X.test:4051", step.Reason);
    }

    [Fact]
    public void A_contact_point_that_names_only_this_node_founds_nothing()
    {
        var step = Next("B");

        Assert.False(step.Agrees);
        Assert.Contains("name this node only, and 3 nodes found the group", step.Reason);
    }

    [Fact]
    public void A_single_node_founds_a_group_of_one_if_that_is_what_is_wanted() =>
        Assert.True(Next("B", count: 1).Agrees);

    [Fact]
    public void Contact_points_that_do_not_name_this_node_let_it_wait()
    {
        var contacts = Contacts([Empty("A", "A C D"), Empty("C", "A C D"), Empty("D", "A C D")]);

        var step = FoundersAgreement.Next(Of("B"), 3, [], contacts);

        Assert.False(step.Agrees);
        Assert.Contains("do not name this node", step.Reason);
    }

    [Fact]
    public void A_node_with_a_log_ends_the_search()
    {
        var step = Next("B", contacts: [Empty("A", "A B C"), WithLog("C")]);

        Assert.True(step.Exists);
        Assert.False(step.Agrees);
    }

    [Fact]
    public void Two_nodes_with_one_member_id_found_nothing()
    {
        var twin = Empty("B", "A B C");
        twin.Address = "other.test:4051";

        Assert.Contains("each needs its own raft.member-id",
            Next("B", contacts: [Empty("A", "A B C"), Empty("C", "A B C"), twin]).Reason);
    }

    [Fact]
    public void Another_number_of_founders_is_said()
    {
        var other = Empty("C", "A B C");
        other.Founders = 5;

        Assert.Contains("5 by the settings of C", Next("B", contacts: [Empty("A", "A B C"), other]).Reason);
    }

    [Fact]
    public void The_group_is_founded_when_all_have_agreed_and_not_before()
    {
        Assert.False(Next("B", agreed: "A B C", contacts: [Agreed("A", "A B C"), Empty("C", "A B C")]).Founds);
        Assert.True(Next("B", agreed: "A B C", contacts: [Agreed("A", "A B C"), Agreed("C", "A B C")]).Founds);
    }

    [Fact]
    public void A_node_that_another_founder_counts_on_agrees_whatever_it_sees()
    {
        var step = Next("C", contacts: [Agreed("A", "A B C"), Empty("B", "A B C"), Empty("D", "")]);

        Assert.True(step.Agrees);
        Assert.Equal(["A", "B", "C"], step.Candidates.Select(static member => member.Id));
    }

    [Fact]
    public void A_node_that_has_agreed_never_agrees_to_another_set()
    {
        var step =
            Next("C", agreed: "A B C", contacts: [Empty("A", "A C D"), Agreed("D", "C D E"), Agreed("E", "C D E")]);

        Assert.False(step.Agrees || step.Founds);
        Assert.Equal(["A", "B", "C"], step.Candidates.Select(static member => member.Id));
    }

    [Fact]
    public void A_founder_that_was_away_goes_on_when_another_one_has_begun()
    {
        var begun = WithLog("A");
        begun.Agreed.AddRange(["A", "B", "C"]);

        Assert.True(Next("B", agreed: "A B C", contacts: [begun]).Founds);
    }

    // Five nodes see random parts of each other, which change all the time; messages are late, and nodes start again.
    [Fact]
    public void Five_nodes_never_found_two_groups_of_three_whatever_they_see()
    {
        int founded = 0;
        for (int seed = 1; seed <= 500; seed++)
        {
            var world = new World(seed, nodes: 5);
            for (int i = 0; i < 400; i++)
                world.Step(stable: false);
            for (int i = 0; i < 400; i++)
                world.Step(stable: true);
            Assert.True(world.Founded.Count <= 1, $"Seed {seed}: {string.Join(" and ", world.Founded)}");
            founded += world.Founded.Count;
        }
        Assert.True(founded > 300, $"Only {founded} of 500 groups were founded.");
    }

    // The bound is exact: six nodes can found two groups, if discovery shows each half only itself.
    [Fact]
    public void Six_nodes_that_see_two_halves_found_two_groups()
    {
        var world = new World(seed: 1, nodes: 6) { Halves = true };
        for (int i = 0; i < 400; i++)
            world.Step(stable: true);

        Assert.Equal(2, world.Founded.Count);
    }

    private static Member Of(string id) => new(id, $"{id}.test:4051");

    private static string[] Ids(string ids) => ids.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static ContactAnswer Empty(string id, string candidates)
    {
        var answer =
            new ContactAnswer { MemberId = id, Address = Of(id).Address, State = ContactState.Empty, Founders = 3 };
        answer.Candidates.AddRange(Ids(candidates));
        return answer;
    }

    private static ContactAnswer Agreed(string id, string set)
    {
        var answer = Empty(id, set);
        answer.Agreed.AddRange(Ids(set));
        return answer;
    }

    private static ContactAnswer WithLog(string id)
    {
        var answer = Empty(id, "");
        answer.State = ContactState.HasLog;
        return answer;
    }

    private static FoundingStep Next(
        string self, int count = 3, string agreed = "", ContactAnswer[]? contacts = null, string[]? silent = null)
    {
        var all = Contacts(contacts ?? []);
        all[Of(self).Address] = null;
        foreach (string id in silent ?? [])
            all[Of(id).Address] = null;
        return FoundersAgreement.Next(Of(self), count, [.. Ids(agreed).Select(Of)], all);
    }

    private static Dictionary<string, ContactAnswer?> Contacts(IEnumerable<ContactAnswer> answers) =>
        answers.ToDictionary(static answer => answer.Address, static answer => (ContactAnswer?)answer);

    private sealed class World
    {
        private readonly Random _random;
        private readonly Node[] _nodes;

        public World(int seed, int nodes)
        {
            _random = new Random(seed);
            _nodes = [.. Enumerable.Range(0, nodes).Select(static i => new Node(Of($"{(char)('A' + i)}")))];
        }

        public bool Halves { get; init; }

        /// <summary>The sets with which some peer may found a group.</summary>
        public HashSet<string> Founded { get; } = [];

        public void Step(bool stable)
        {
            var node = _nodes[_random.Next(_nodes.Length)];
            switch (_random.Next(4))
            {
                case 0:
                    node.Sees = [.. _nodes.Where(other => Shows(node, other, stable))
                        .Select(static other => other.Self.Address)];
                    break;
                case 1 when !stable && _random.Next(4) == 0:
                    node.StartAgain();
                    break;
                default:
                    var other = _nodes[_random.Next(_nodes.Length)];
                    if (other != node
                        && (node.Sees.Contains(other.Self.Address) || node.AgreedIds.Contains(other.Self.Id)))
                        node.Answers[other.Self.Address] = other.Answer();
                    break;
            }
            var step = node.Evaluate();
            if (step.Founds)
                Founded.Add(string.Join(" ", step.Candidates.Select(static member => member.Id)));
        }

        private bool Shows(Node node, Node other, bool stable)
        {
            int half = _nodes.Length / 2;
            if (Halves && Array.IndexOf(_nodes, node) / half != Array.IndexOf(_nodes, other) / half)
                return false;
            return stable || _random.Next(3) > 0;
        }

        private sealed class Node(Member self)
        {
            private IReadOnlyList<Member> _agreed = [];
            private FoundingStep _step = new("");

            public Member Self => self;

            public HashSet<string> Sees { get; set; } = [];

            public Dictionary<string, ContactAnswer> Answers { get; } = [];

            public IEnumerable<string> AgreedIds => _agreed.Select(static member => member.Id);

            public ContactAnswer Answer()
            {
                var answer = Empty(self.Id, string.Join(" ", _step.Candidates.Select(static member => member.Id)));
                answer.Agreed.AddRange(AgreedIds);
                return answer;
            }

            // What is agreed is in the journal; all else is gone.
            public void StartAgain()
            {
                Answers.Clear();
                Sees = [];
                _step = new FoundingStep("") { Candidates = _agreed };
            }

            public FoundingStep Evaluate()
            {
                var contacts = Sees.Union(_agreed.Select(static member => member.Address))
                    .ToDictionary(static address => address, address => Answers.GetValueOrDefault(address));
                _step = FoundersAgreement.Next(self, 3, _agreed, contacts);
                if (_step.Agrees && _agreed.Count == 0)
                    _agreed = _step.Candidates;
                return _step;
            }
        }
    }
}
