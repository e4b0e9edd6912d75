using RaftActors.Cluster.Wire;
using RaftActors.Membership;

namespace RaftActors.Cluster;

/// <summary>What a node without a log does next about founding the group.</summary>
/// <param name="Reason">What it waits for, or why it does not wait any longer; a sentence.</param>
internal sealed record FoundingStep(string Reason)
{
    /// <summary>The members with which this node would found the group; empty as long as it does not know.</summary>
    public IReadOnlyList<Member> Candidates { get; init; } = [];

    /// <summary>Whether this node agrees, for good, to found the group with the candidates.</summary>
    public bool Agrees { get; init; }

    /// <summary>Whether all founders have agreed: this node's peer may found the group with the candidates.</summary>
    public bool Founds { get; init; }

    /// <summary>Whether the group exists: this node waits until it is added.</summary>
    public bool Exists { get; init; }
}

/// <summary>
/// How nodes that know only their contact points agree on the founders of a group, so that two groups are never founded
/// where one was meant, although the contact points that two nodes see may differ.
/// </summary>
/// <remarks>
/// <para>A set of founders has a fixed number of members. A node first only says which set it sees (its candidates):
/// the lowest ids among its contact points, once all of them have answered that they have no log. When all members of
/// the set say the same set, a node agrees: it writes the set into its journal, and never agrees to another one. A
/// node's peer founds the group with a set only when all members of that set have agreed.</para>
/// <para>So a group is founded only with a set to which each of its members has agreed, and two such sets have no
/// member in common. With n founders, two groups need 2n nodes: with fewer nodes before the group exists, or if any two
/// sets of contact points that nodes see have a founder in common, there is one group or none.</para>
/// <para>A node that has agreed in vain, because a founder never came, waits. It never founds a group with others: only
/// an empty data directory makes it forget. It joins the group as soon as it hears of one.</para>
/// </remarks>
internal static class FoundersAgreement
{
    /// <summary>Says what to do next.</summary>
    /// <param name="self">This node's member, at this node's address.</param>
    /// <param name="count">How many founders there are.</param>
    /// <param name="agreed">The set to which this node has agreed; empty if it has not.</param>
    /// <param name="contacts">
    /// The contact points, with their latest answers; <c>null</c> for one that has not answered lately. Of the node
    /// itself there is no answer.
    /// </param>
    public static FoundingStep Next(
        Member self, int count, IReadOnlyList<Member> agreed, IReadOnlyDictionary<string, ContactAnswer?> contacts)
    {
        var answers = contacts.Values.OfType<ContactAnswer>().Where(answer => answer.MemberId != self.Id).ToList();
        if (agreed.Count > 0)
            return Found(self, agreed, answers);
        if (answers.Find(static answer => HasLog(answer)) is { } existing)
            return Existing(existing);
        var agreements = answers.Where(static answer => answer.Agreed.Count > 0)
            .OrderBy(static answer => Text(answer.Agreed), StringComparer.Ordinal).ToList();
        if (agreements.Find(answer => answer.Agreed.Contains(self.Id)) is { } with)
            return Follow(self, with, answers);
        if (agreements.Count > 0)
        {
            return new FoundingStep(
                $"{agreements[0].MemberId} founds the group with {Text(agreements[0].Agreed)}. This node waits to be "
                    + "added.");
        }
        return Propose(self, count, contacts, answers);
    }

    // Another founder has seen that all of them, this node too, say this set.
    private static FoundingStep Follow(Member self, ContactAnswer agreement, List<ContactAnswer> answers)
    {
        var known = answers.ToDictionary(static answer => answer.MemberId, static answer => answer.Address);
        known[self.Id] = self.Address;
        var unknown = agreement.Agreed.Where(id => !known.ContainsKey(id)).ToList();
        return unknown.Count > 0
            ? new FoundingStep($"The founders are {Text(agreement.Agreed)}. These have not answered: {Text(unknown)}.")
            : new FoundingStep($"This node founds the group with {Text(agreement.Agreed)}, as {agreement.MemberId} "
                + "says.")
            {
                Candidates = [.. agreement.Agreed.Select(id => new Member(id, known[id]))],
                Agrees = true,
            };
    }

    private static FoundingStep Propose(
        Member self, int count, IReadOnlyDictionary<string, ContactAnswer?> contacts, List<ContactAnswer> answers)
    {
        string[] silent = [.. contacts.Where(contact => contact.Value is null && contact.Key != self.Address)
            .Select(static contact => contact.Key).Order(StringComparer.Ordinal)];
        if (!contacts.ContainsKey(self.Address))
        {
            return new FoundingStep(
                $"The contact points ({Text(contacts.Keys)}) do not name this node, {self.Address}: it waits to be "
                    + "added.");
        }
        if (contacts.Count < count)
        {
            return new FoundingStep(contacts.Count == 1
                ? $"The contact points name this node only, and {count} nodes found the group. The discovery has to "
                    + "find the others."
                : $"There are {contacts.Count} contact points ({Text(contacts.Keys)}), and {count} nodes found the "
                    + "group.");
        }
        if (silent.Length > 0)
            return new FoundingStep($"These contact points have not answered: {Text(silent)}.");
        if (answers.Find(static answer => answer.State != ContactState.Empty) is { } other)
            return new FoundingStep(
                $"{other.MemberId} at {other.Address} is not ready to found a group: {other.State}.");
        if (answers.Find(answer => answer.Founders != count) is { } differing)
        {
            return new FoundingStep(
                $"{count} nodes found the group, and {differing.Founders} by the settings of {differing.MemberId} at "
                + $"{differing.Address}. Set {ClusterMembershipSettings.Section}.contact-points.founders to the same "
                    + "number.");
        }
        List<Member> all = [self, .. answers.Select(static answer => new Member(answer.MemberId, answer.Address))];
        if (Twice(self, contacts, all) is { } twice)
            return new FoundingStep(twice);
        List<Member> founders = [.. all.OrderBy(static member => member.Id, StringComparer.Ordinal).Take(count)];
        string[] ids = Ids(founders);
        if (!ids.Contains(self.Id))
        {
            return new FoundingStep(
                $"{Text(ids)} found the group. This node waits to be added.") { Candidates = founders };
        }
        var undecided = answers.Where(answer => ids.Contains(answer.MemberId) && !answer.Candidates.SequenceEqual(ids))
            .ToList();
        return undecided.Count > 0
            ? new FoundingStep(
                $"The founders would be {Text(ids)}. These do not say so yet: "
                    + $"{Text(undecided.Select(static one => one.MemberId))}.")
            {
                Candidates = founders,
            }
            : new FoundingStep($"This node founds the group with {Text(ids)}.") { Candidates = founders,
                Agrees = true };
    }

    private static string? Twice(Member self, IReadOnlyDictionary<string, ContactAnswer?> contacts, List<Member> all)
    {
        string? sameId = contacts.Values.OfType<ContactAnswer>()
            .FirstOrDefault(answer => answer.MemberId == self.Id && answer.Address != self.Address)?.Address;
        if (sameId is not null)
            return $"The node at {sameId} has this node's member id, {self.Id}: each needs its own raft.member-id.";
        var twice = all.GroupBy(static member => member.Id).FirstOrDefault(static same => same.Count() > 1);
        return twice is null ? null
            : $"Two nodes have the member id {twice.Key}, at "
                + $"{string.Join(" and ", twice.Select(static member => member.Address))}: "
                + "each needs its own raft.member-id.";
    }

    private static FoundingStep Found(Member self, IReadOnlyList<Member> agreed, List<ContactAnswer> answers)
    {
        string[] ids = Ids(agreed);
        ContactAnswer? Of(string id) => answers.Find(answer => answer.MemberId == id);
        // Where each founder is now, or was when this node agreed.
        List<Member> founders = [.. agreed.Select(member =>
            member.Id == self.Id ? self : new Member(member.Id, Of(member.Id)?.Address ?? member.Address))];
        var step = new FoundingStep("") { Candidates = founders };
        var others = ids.Where(id => id != self.Id).ToList();
        // All had agreed before one of them could have a log.
        bool hasBegun = others.Exists(id => Of(id) is { } answer && HasLog(answer) && answer.Agreed.SequenceEqual(ids));
        if (hasBegun || others.TrueForAll(id => Of(id)?.Agreed.SequenceEqual(ids) == true))
            return step with { Founds = true, Reason = $"The group is founded by {Text(ids)}." };
        if (answers.Find(static answer => HasLog(answer)) is { } existing)
            return Existing(existing);
        if (answers.Find(answer => others.Contains(answer.MemberId) && answer.Agreed.Count > 0
            && !answer.Agreed.SequenceEqual(ids)) is { } against)
        {
            return step with
            {
                Reason = $"This node has agreed to found the group with {Text(ids)}, but {against.MemberId} with "
                    + $"{Text(against.Agreed)}. "
                    + "This node waits until it is added to that group.",
            };
        }
        var missing = others.FindAll(id => Of(id)?.Agreed.SequenceEqual(ids) != true);
        return step with
        {
            Reason = $"This node has agreed to found the group with {Text(ids)}. These have not said so yet: "
                + $"{Text(missing)}. "
                + "If one of them will never come, empty the data directories of those that have agreed.",
        };
    }

    private static FoundingStep Existing(ContactAnswer existing) =>
        new($"{existing.MemberId} at {existing.Address} has a log, so the group exists. This node waits to be added.")
        {
            Exists = true,
        };

    private static bool HasLog(ContactAnswer answer) => answer.State is ContactState.HasLog or ContactState.Returned;

    private static string[] Ids(IEnumerable<Member> members) =>
        [.. members.Select(static member => member.Id).Order(StringComparer.Ordinal)];

    private static string Text(IEnumerable<string> names) => string.Join(", ", names);
}
