using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RaftActors.Hosting.Tests;

/// <summary>What docs/hosting.md shows: it compiles, and it runs with a group of one node.</summary>
public sealed class HostingExample
{
    [Fact]
    public async Task The_page_on_hosting_is_true()
    {
        using var host = Build(FreePort.Next());
        await host.StartAsync(TestContext.Current.CancellationToken);

        var tickets = host.Services.GetRequiredService<TicketOffice>();

        Assert.Equal(3, await tickets.SellAsync(3));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static IHost Build(int port)
    {
        const string inMemory = InMemory.Store;
        #region host
        var host = new HostBuilder().ConfigureServices(services =>
        {
            services.AddAkka("shop", (builder, provider) => builder
                .WithRemoting("127.0.0.1", port)
                .AddHocon(inMemory, HoconAddMode.Prepend)
                .WithRaftGroup<Tickets>("tickets", () => new Counter(), options =>
                {
                    options.MemberId = "node1";
                    options.Members = [new RaftMemberOptions("node1", $"127.0.0.1:{port}")];
                }));
            services.AddRaftClient<Tickets, byte[], byte[]>();
            services.AddSingleton<TicketOffice>();
        }).Build();
        #endregion
        return host;
    }

    #region client
    // The key of the group.
    public sealed class Tickets;

    public sealed class TicketOffice(RaftClient<byte[], byte[]> group)
    {
        public async Task<long> SellAsync(byte count) => BitConverter.ToInt64(await group.ProposeAsync([count]));
    }
    #endregion
}
