using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor.Embedded;

/// <summary>All randomness of a system comes from one source, which <c>raftactors.runtime.random-seed</c> makes repeatable.</summary>
public sealed class SeedSpec
{
    [Fact]
    public async Task The_same_seed_gives_the_same_incarnations() => Assert.Equal(await UidsAsync(42), await UidsAsync(42));

    [Fact]
    public async Task Another_seed_gives_others() => Assert.NotEqual(await UidsAsync(42), await UidsAsync(43));

    [Fact]
    public async Task No_seed_gives_others_each_time() => Assert.NotEqual(await UidsAsync(0), await UidsAsync(0));

    private static async Task<List<long>> UidsAsync(int seed)
    {
        var system = ActorSystem.Create("seeded", $"raftactors.runtime.random-seed = {seed}\n akka.loggers = []");
        try
        {
            return Enumerable.Range(0, 5).Select(_ => system.ActorOf(Act.Echo()).Path.Uid).ToList();
        }
        finally
        {
            await system.Terminate();
        }
    }
}
