using Akka.Actor;

namespace RaftActors.Tests;

public sealed class NodeAddressSpec
{
    [Theory]
    [InlineData("127.0.0.1:4051", null, "127.0.0.1", 4051)]
    [InlineData("node-1.example.org:1", null, "node-1.example.org", 1)]
    [InlineData("orders@10.0.0.1:65535", "orders", "10.0.0.1", 65535)]
    [InlineData("a-1@[::1]:4051", "a-1", "[::1]", 4051)]
    [InlineData("[::ffff:10.0.0.1]:4051", null, "[::ffff:10.0.0.1]", 4051)]
    [InlineData("240.0.0.1:4051", null, "240.0.0.1", 4051)]
    public void An_address_is_host_and_port_and_perhaps_a_system(string text, string? system, string host, int port)
    {
        Assert.True(NodeAddress.TryParse(text, out var address, out _));

        Assert.Equal(new NodeAddress(system, host, port), address);
        Assert.Null(NodeAddress.Problem(text));
    }

    [Theory]
    [InlineData("", "it has no port")]
    [InlineData("here", "it has no port")]
    [InlineData("orders@here", "it has no port")]
    [InlineData(":4051", "it has no host")]
    [InlineData("orders@:4051", "it has no host")]
    [InlineData("here:0", "'0' is not a port from 1 to 65535")]
    [InlineData("here:65536", "'65536' is not a port from 1 to 65535")]
    [InlineData("here:-1", "'-1' is not a port from 1 to 65535")]
    [InlineData("here:", "'' is not a port from 1 to 65535")]
    [InlineData("akka.tcp://orders@here:1", "'akka.tcp://orders' is not the name of an actor system")]
    [InlineData("@here:1", "'' is not the name of an actor system")]
    [InlineData("-a@here:1", "'-a' is not the name of an actor system")]
    [InlineData("or_ders@here:1", "'or_ders' is not the name of an actor system")]
    [InlineData("a@b@here:1", "'a@b' is not the name of an actor system")]
    [InlineData("he re:1", "'he re' is not a host")]
    [InlineData("::1:4051", "an IPv6 address is written in brackets: [::1]:4051")]
    [InlineData("orders@fe80::1:4051", "an IPv6 address is written in brackets: [fe80::1]:4051")]
    [InlineData("0.0.0.0:4051", "'0.0.0.0' means all addresses of a machine")]
    [InlineData("[::]:4051", "'[::]' means all addresses of a machine")]
    [InlineData("[::ffff:0.0.0.0]:4051", "'[::ffff:0.0.0.0]' means all addresses of a machine")]
    [InlineData("0:4051", "'0' means all addresses of a machine")]
    [InlineData("0.0.0.1:4051", "'0.0.0.1' is reserved, and no machine has it")]
    [InlineData("255.255.255.255:4051", "'255.255.255.255' means all machines of a network")]
    [InlineData("orders@[::ffff:255.255.255.255]:1", "'[::ffff:255.255.255.255]' means all machines of a network")]
    [InlineData("224.0.0.1:4051", "'224.0.0.1' means a group of machines (multicast)")]
    [InlineData("239.255.255.250:4051", "'239.255.255.250' means a group of machines (multicast)")]
    [InlineData("[ff02::1]:4051", "'[ff02::1]' means a group of machines (multicast)")]
    [InlineData("http://here:1", "'http://here' is not a host")]
    public void What_is_none_is_refused_with_the_reason_and_the_rule(string text, string problem)
    {
        Assert.False(NodeAddress.TryParse(text, out _, out string said));

        Assert.StartsWith(problem, said);
        Assert.EndsWith("; an address is host:port, or system@host:port", said);
    }

    [Theory]
    [InlineData("a-b")]
    [InlineData("7")]
    [InlineData("-a")]
    [InlineData("a_b")]
    [InlineData("a.b")]
    [InlineData("ä")]
    public async Task It_takes_the_names_that_actor_systems_may_have(string name)
    {
        ActorSystem? system = null;
        try
        {
            system = ActorSystem.Create(name, "akka.loglevel = OFF, akka.stdout-loglevel = OFF");
        }
        catch (ArgumentException)
        {
            // No name of an actor system.
        }

        Assert.Equal(system is not null, NodeAddress.TryParse($"{name}@here:1", out _, out _));
        if (system is not null)
            await system.Terminate();
    }

    [Theory]
    [InlineData("10.0.0.1:1", true)]
    [InlineData("orders@10.0.0.1:1", true)]
    [InlineData("10.0.0.1:2", false)]
    [InlineData("orders@10.0.0.2:1", false)]
    [InlineData(null, false)]
    public void A_lost_connection_is_found_by_host_and_port(string? address, bool isAt) =>
        Assert.Equal(isAt, NodeAddress.IsAt(address, new Address("akka.tcp", "orders", "10.0.0.1", 1)));

    [Theory]
    [InlineData("10.0.0.1:1", "10.0.0.2:1", "10.0.0.1:1")]
    [InlineData("10.0.0.1:1", "orders@10.0.0.2:1", "orders@10.0.0.1:1")]
    [InlineData("billing@10.0.0.1:1", "orders@10.0.0.2:1", "billing@10.0.0.1:1")]
    [InlineData("billing@10.0.0.1:1", "10.0.0.2:1", "billing@10.0.0.1:1")]
    public void An_address_without_a_name_is_meant_as_its_writer_means_it(string address, string writer,
        string meant) =>
        Assert.Equal(meant, NodeAddress.WrittenBy(address, writer));
}
