using System.Globalization;
using Microsoft.AspNetCore.Http;
using RaftNode.Host.Node;

namespace RaftNode.Host.Http;

/// <summary>
/// The parameter <c>group</c>, with which a request that is about one group names it: <c>?group=17</c>.
/// </summary>
internal static class GroupParameter
{
    /// <summary>The header of an answer that says which group it is from, on a node with several groups.</summary>
    public const string Header = "Raft-Group";

    /// <summary>Reads the group that a request is about: the only one, if there is one.</summary>
    /// <param name="request">The request.</param>
    /// <param name="groups">The node's groups.</param>
    /// <param name="what">What is about one group, as the beginning of a sentence.</param>
    /// <param name="group">The group.</param>
    /// <param name="problem">What is wrong with the request.</param>
    public static bool TryRead(
        HttpRequest request, NodeGroups groups, string what, out NodeGroup group, out string problem)
    {
        (group, problem) = (groups[0], "");
        if (groups.Layout.IsOne)
            return true;
        if (!TryReadAny(request, groups, out var named, out problem))
            return false;
        if (named is null)
        {
            problem = $"{what} is about one group, and this node has {groups.Count} (raftnode.groups). Name the group: "
                + $"?group=NUMBER, from 0 to {groups.Count - 1}.";
            return false;
        }
        group = named;
        return true;
    }

    /// <summary>Reads the group that a request may name, on a node with several groups.</summary>
    /// <param name="request">The request.</param>
    /// <param name="groups">The node's groups.</param>
    /// <param name="group">The group; <c>null</c> if the request names none.</param>
    /// <param name="problem">What is wrong with the request.</param>
    public static bool TryReadAny(HttpRequest request, NodeGroups groups, out NodeGroup? group, out string problem)
    {
        (group, problem) = (null, "");
        if (groups.Layout.IsOne || request.Query["group"] is not { Count: > 0 } named)
            return true;
        if (int.TryParse(named.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && index < groups.Count)
        {
            group = groups[index];
            return true;
        }
        problem = $"group = {named}: it is the number of one group, from 0 to {groups.Count - 1}.";
        return false;
    }
}
