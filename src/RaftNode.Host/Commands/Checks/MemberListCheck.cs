using System.Net;
using RaftActors;
using RaftActors.Membership;
using RaftNode.Host.Configuration;

namespace RaftNode.Host.Commands.Checks;

/// <summary>Whether a group can work with the members of a configuration.</summary>
/// <remarks>
/// Ids and addresses that occur twice, and addresses that only some of the nodes can reach, are refused when the file
/// is read.
/// </remarks>
internal static class MemberListCheck
{
    private const string Name = "members";

    /// <summary>Checks the members.</summary>
    public static IEnumerable<CheckRow> Of(NodeSettings settings)
    {
        var members = settings.Raft.Members;
        var problems = new List<CheckRow>();
        if (members.Count > 1 && members.Count % 2 == 0)
        {
            problems.Add(new CheckRow(
                Name, CheckRow.Warning,
                $"{members.Count} voters survive no more lost nodes than {members.Count - 1} do: "
                    + $"{Survived(members.Count)}.",
                "Use an odd number of voters."));
        }
        var hosts = members.Select(static member => HostOf(member)).ToList();
        problems.AddRange(hosts.Distinct().Where(static host => !IsKnown(host)).Select(static host => new CheckRow(
            Name, CheckRow.Error, $"The name {host} is not known to this machine's DNS.",
            "Correct the address in raft.members, or make the name known.")));
        return problems.Count > 0 ? problems : [new CheckRow(Name, CheckRow.Ok, Sound(members, hosts))];
    }

    /// <summary>The host of a member's address.</summary>
    public static string HostOf(Member member) =>
        NodeAddress.TryParse(member.Address, out var address, out var problem)
            ? address.Host.Trim('[', ']')
            : throw new InvalidOperationException($"{member.Address} was accepted as an address: {problem}.");

    private static string Sound(IReadOnlyList<Member> members, List<string> hosts)
    {
        if (members.Count == 1)
            return $"{members[0].Id} is the only voter: while it is down, nothing is served.";
        var machines = hosts.Distinct().Count();
        return $"{members.Count} voters: {Survived(members.Count)}."
            + (machines == 1 ? " All are on one host: if it is lost, all are." : "");
    }

    private static string Survived(int voters) => ((voters - 1) / 2) switch
    {
        0 => "none may be lost",
        1 => "one may be lost",
        var lost => $"{lost} may be lost",
    };

    private static bool IsKnown(string host)
    {
        try
        {
            return IPAddress.TryParse(host, out _) || Dns.GetHostAddresses(host).Length > 0;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
