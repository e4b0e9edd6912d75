using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RaftActors.Singletons;

namespace RaftActors.Hosting.Tests;

/// <summary>What docs/hosting.md and docs/leases.md show of singletons and leases: it compiles, and it runs.</summary>
public sealed class SingletonExample
{
    [Fact]
    public async Task The_page_on_hosting_is_true_of_singletons_and_leases()
    {
        int port = FreePort.Next();
        using var host = new HostBuilder().ConfigureServices(services => services.AddAkka("shop", (builder, _) =>
        {
            builder
                .WithRemoting("127.0.0.1", port)
                .AddHocon(InMemory.Store, HoconAddMode.Prepend)
                .WithRaftGroup<Tickets>("tickets", static () => new Counter(), options =>
                {
                    options.MemberId = "node1";
                    options.Members = [new RaftMemberOptions("node1", $"127.0.0.1:{port}")];
                });
            #region singleton
            builder.WithRaftSingleton<Tickets, InvoiceWriter>(
                "invoices", tenure => Props.Create(() => new InvoiceWriter(tenure)));
            #endregion
            string address = $"127.0.0.1:{port}";
            #region lease
            builder.WithRaftLease(option =>
            {
                option.Peer = new RaftGroupOptions
                {
                    MemberId = "node1",
                    Members = [new RaftMemberOptions("node1", address)],
                };
                option.UseForSingletons = true;
            });
            #endregion
        })).Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        var invoices = await host.Services.GetRequiredService<IRequiredActor<InvoiceWriter>>()
            .GetAsync(TestContext.Current.CancellationToken);
        await invoices.Ask<Done>(new Invoice("42"), TestContext.Current.CancellationToken);

        Assert.Equal((1, "42"), Database.Rows.Single());
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    #region actor
    public sealed class InvoiceWriter : ReceiveActor
    {
        public InvoiceWriter(SingletonTenure tenure) => Receive<Invoice>(invoice =>
        {
            // The database refuses a token lower than one that it has seen.
            Database.Write(tenure.Token, invoice);
            Sender.Tell(Done.Instance);
        });
    }
    #endregion

    public sealed record Invoice(string Number);

    private sealed class Tickets;

    private static class Database
    {
        public static ConcurrentQueue<(long Token, string Number)> Rows { get; } = new();

        public static void Write(long token, Invoice invoice)
        {
            Assert.All(Rows, row => Assert.True(row.Token <= token));
            Rows.Enqueue((token, invoice.Number));
        }
    }
}
