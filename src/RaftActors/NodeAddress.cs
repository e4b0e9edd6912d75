using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;

namespace RaftActors;

/// <summary>
/// The address of a node: <c>host:port</c>, or <c>system@host:port</c> if the node's actor system has another name than
/// that of the address's reader.
/// </summary>
/// <param name="System">The name of the node's actor system; <c>null</c> if the address does not have it.</param>
/// <param name="Host">The host that the node's remoting listens on.</param>
/// <param name="Port">The port that the node's remoting listens on.</param>
internal readonly record struct NodeAddress(string? System, string Host, int Port)
{
    /// <summary>The rule, for messages.</summary>
    public const string Rule = "an address is host:port, or system@host:port";

    /// <summary>Host and port. No two nodes have the same.</summary>
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">The address that was read.</param>
    /// <param name="problem">
    /// If the text is not an address: what is wrong, and the rule, as the end of a sentence about the text.
    /// </param>
    public static bool TryParse(string text, out NodeAddress address, out string problem)
    {
        address = default;
        int at = text.LastIndexOf('@');
        string? system = at < 0 ? null : text[..at];
        string endpoint = text[(at + 1)..];
        int colon = endpoint.LastIndexOf(':');
        int port = 0;
        string? wrong = system is not null && !IsSystemName(system)
                ? $"'{system}' is not the name of an actor system: "
                    + "such a name has letters, digits and '-', but no '-' at its start"
            : colon < 0 ? "it has no port"
            : colon == 0 ? "it has no host"
            : !IsHost(endpoint.AsSpan(0, colon)) ? $"'{endpoint[..colon]}' is not a host"
            : endpoint[0] != '[' && endpoint.IndexOf(':') != colon
                ? $"an IPv6 address is written in brackets: [{endpoint[..colon]}]:{endpoint[(colon + 1)..]}"
            : WhyOfNoMachine(endpoint.AsSpan(0, colon)) is { } reason ? $"'{endpoint[..colon]}' {reason}"
            : !IsPort(endpoint.AsSpan(colon + 1), out port)
                ? $"'{endpoint[(colon + 1)..]}' is not a port from 1 to 65535"
            : null;
        problem = wrong is null ? "" : $"{wrong}; {Rule}";
        if (wrong is null)
            address = new NodeAddress(system, endpoint[..colon], port);
        return wrong is null;
    }

    /// <summary>Whether an address leads each machine to itself.</summary>
    public static bool IsLoopback(string text)
    {
        if (!TryParse(text, out var address, out _))
            return false;
        string host = address.Host.Trim('[', ']');
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }

    /// <summary>What is wrong with an address, and the rule; <c>null</c> if the address is right.</summary>
    public static string? Problem(string text) => TryParse(text, out _, out string problem) ? null : problem;

    /// <summary>Host and port of an address, with or without a system's name.</summary>
    public static string EndpointOf(string text) => text[(text.LastIndexOf('@') + 1)..];

    /// <summary>Whether a connection of the remoting led to a member's address.</summary>
    /// <param name="text">The member's address.</param>
    /// <param name="remote">The other end of the connection.</param>
    public static bool IsAt(string? text, Address remote) =>
        text is not null
        && EndpointOf(text) == string.Create(CultureInfo.InvariantCulture, $"{remote.Host}:{remote.Port}");

    /// <summary>
    /// An address that another node wrote, as this node reads it. An address without a system's name gets the name in
    /// the writer's address.
    /// </summary>
    /// <param name="text">The address as the node wrote it.</param>
    /// <param name="writer">The address of the node that wrote it.</param>
    public static string WrittenBy(string text, string writer) =>
        text.Contains('@') || writer.LastIndexOf('@') is not (> 0 and var at) ? text : $"{writer[..(at + 1)]}{text}";

    /// <summary>
    /// The path of an actor on the node at an address. An address without a system's name is one of a system with the
    /// name of this one.
    /// </summary>
    /// <param name="system">This node's actor system.</param>
    /// <param name="text">The address of the node.</param>
    /// <param name="path">The path of the actor within its system, from the first slash on.</param>
    public static string PathAt(ActorSystem system, string text, string path)
    {
        string protocol = ((ExtendedActorSystem)system).Provider.DefaultAddress.Protocol;
        return $"{protocol}://{(text.Contains('@') ? text : $"{system.Name}@{text}")}{path}";
    }

    private static bool IsSystemName(string text) =>
        text.Length > 0 && text[0] != '-' && text.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');

    // Why no machine can be reached at an IP address, as the end of a sentence about it; null if one may be.
    private static string? WhyOfNoMachine(ReadOnlySpan<char> host)
    {
        if (!IPAddress.TryParse(host.Trim("[]"), out var ip))
            return null;
        if (ip.IsIPv4MappedToIPv6)
            ip = ip.MapToIPv4();
        bool isOld = ip.AddressFamily == AddressFamily.InterNetwork;
        byte first = ip.GetAddressBytes()[0];
        return ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)
                ? "means all addresses of a machine, and others cannot reach it there"
            : ip.Equals(IPAddress.Broadcast) ? "means all machines of a network, and a member is one of them"
            : ip.IsIPv6Multicast || (isOld && first is >= 224 and < 240)
                ? "means a group of machines (multicast), and a member is one machine"
            : isOld && first == 0 ? "is reserved, and no machine has it"
            : null;
    }

    private static bool IsHost(ReadOnlySpan<char> text) => text.IndexOfAny(" \t\r\n/#@\"") < 0;

    private static bool IsPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and < 65536;
}
