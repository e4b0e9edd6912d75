using RaftActors.Client;
using RaftActors.Membership;

namespace RaftActors.Simulation.World;

/// <content>The members that operators ask for.</content>
internal sealed partial class Cluster
{
    /// <summary>
    /// Asks a node's peer to change the members: to add some that wait, as voters or learners, and to remove some. A
    /// member that may have been removed is never added again, and the first node always stays. Nothing is asked if
    /// clients would then know the address of no member.
    /// </summary>
    /// <param name="node">The node to ask.</param>
    /// <param name="lots">A random number that decides the members.</param>
    public void ChangeMembers(SimulatedNode node, int lots)
    {
        var random = new Random(lots);
        List<Member> voters = [], learners = [];
        List<SimulatedNode> omitted = [];
        foreach (var each in Nodes.Where(each => !each.MayBeRemoved))
        {
            bool wanted = each == Nodes[0] || random.Next(5) > 0;
            if (wanted && (each == Nodes[0] || random.Next(4) > 0))
                voters.Add(each.Member);
            else if (wanted)
                learners.Add(each.Member);
            else
                omitted.Add(each);
        }
        if (!IsFoundByClients(each => !omitted.Contains(each)))
            return;
        foreach (var each in Nodes.Where(each => !each.MayBeRemoved))
        {
            if (omitted.Contains(each))
                each.Omit();
            else
                each.WasWanted = true;
        }
        if (_members.Exists(member => member.Priority > 0))
            voters = voters.ConvertAll(voter => voter with { Priority = random.Next(3) });
        if (Trace.IsOn)
        {
            string newVoters = string.Join(", ", voters.Select(voter => $"{voter.Id} of priority {voter.Priority}"));
            string newLearners = string.Join(", ", learners.Select(learner => learner.Id));
            Trace.Line($"{node} is asked for the voters {newVoters} and the learners {newLearners}");
        }
        Ask(node, new ChangeMembers(voters, learners));
    }

    /// <summary>
    /// Whether a founder that no request has removed is still where clients look for it. The settings of a client name
    /// the first addresses of the founders.
    /// </summary>
    /// <param name="stays">Whether a node stays a member and at its address.</param>
    public bool IsFoundByClients(Func<SimulatedNode, bool> stays) => Nodes.Any(each =>
        !each.HasMoved && !each.MayBeRemoved && stays(each) && _members.Exists(member => member.Id == each.Id));

    /// <summary>
    /// Asks a node's peer to add all former members as voters, besides the members that were requested before.
    /// </summary>
    public void AddFormerMembers(SimulatedNode node)
    {
        var voters = Nodes.Where(each => (each.WasWanted || _members.Exists(member => member.Id == each.Id))
            && !each.WasOmitted).ToList();
        voters.ForEach(each => each.WasWanted = true);
        Ask(node, new ChangeMembers([.. voters.Select(each => each.Member)], []));
    }
}
