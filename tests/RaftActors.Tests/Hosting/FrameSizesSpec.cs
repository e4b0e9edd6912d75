using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using RaftActors.Client;

namespace RaftActors.Tests.Hosting;

public sealed class FrameSizesSpec : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly List<ActorSystem> _systems = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Task.WhenAll(_systems.Select(static system => system.Terminate()));

    [Fact]
    public void A_difference_is_told_once_a_member_and_size()
    {
        var sizes = new FrameSizes(1000);

        Assert.Null(sizes.Learn("b", 1000));
        Assert.Equal("has akka.remote.dot-netty.tcp.maximum-frame-size = 500, this node has 1000: a message that is "
            + "larger than the"
            + " smaller of the two cuts the connection between them. Give all nodes the same value.",
                sizes.Learn("b", 500));
        Assert.Null(sizes.Learn("b", 500));
        Assert.NotNull(sizes.Learn("c", 500));
        Assert.NotNull(sizes.Learn("b", 600));
        Assert.Equal(new Dictionary<string, long> { ["b"] = 600, ["c"] = 500 }, sizes.Others);
    }

    [Fact]
    public void It_is_forgotten_when_the_member_comes_with_the_same_and_told_again_after_that()
    {
        var sizes = new FrameSizes(1000);
        sizes.Learn("b", 500);

        Assert.Null(sizes.Learn("b", 1000));

        Assert.Empty(sizes.Others);
        Assert.NotNull(sizes.Learn("b", 500));
    }

    [Fact]
    public void Who_does_not_say_it_is_not_told_of()
    {
        var sizes = new FrameSizes(1000);
        sizes.Learn("b", 500);

        Assert.Null(sizes.Learn("b", 0));
        Assert.Null(sizes.Learn("c", -5));
        Assert.Null(new FrameSizes(0).Learn("b", 500));
        Assert.Equal(["b"], sizes.Others.Keys);
    }

    [Fact]
    public void Names_that_are_made_up_do_not_fill_the_memory()
    {
        var sizes = new FrameSizes(1000);

        for (int i = 0; i < 1000; i++)
            sizes.Learn($"made-up-{i}", 1 + i % 900);

        Assert.Equal(64, sizes.Others.Count);
    }

    [Fact]
    public async Task Two_nodes_with_different_limits_both_say_so_and_form_a_group()
    {
        int[] ports = FreePort.Draw(2);
        string[] sizes = ["4 MiB", "5 MiB"];
        var peers = new List<IActorRef>();
        var warnings = new List<Task<string>>();
        for (int i = 0; i < 2; i++)
        {
            var system = Create(ports, i, sizes[i]);
            var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            system.ActorOf(Props.Create(() => new WarningListener(found, listening)));
            await listening.Task.WaitAsync(Limit);
            warnings.Add(found.Task);
            var settings = RaftSettings.FromConfig(system.Settings.Config.GetConfig("raft"));
            peers.Add(await Raft.Get(system).StartAsync(settings, static () => new EchoMachine()));
        }

        const string Key = "akka.remote.dot-netty.tcp.maximum-frame-size";
        string first = $"node1 at 127.0.0.1:{ports[1]} has {Key} = 5242880, this node has 4194304";
        string second = $"node0 at 127.0.0.1:{ports[0]} has {Key} = 4194304, this node has 5242880";
        Assert.Contains(first, await warnings[0].WaitAsync(Limit));
        Assert.Contains(second, await warnings[1].WaitAsync(Limit));

        var status = await peers[0].Ask<RaftStatus>(GetStatus.Instance, Limit);
        Assert.Equal(4194304, status.MaximumFrameSize);
        Assert.Equal(new Dictionary<string, long> { ["node1"] = 5242880 }, status.OtherFrameSizes);
        var other = await peers[1].Ask<RaftStatus>(GetStatus.Instance, Limit);
        Assert.Equal(new Dictionary<string, long> { ["node0"] = 4194304 }, other.OtherFrameSizes);
        Assert.Equal([1], (byte[])(await peers[1].Ask<Proposed>(new Propose(new byte[] { 1 }), Limit)).Response!);
    }

    private ActorSystem Create(int[] ports, int i, string size)
    {
        var system = ActorSystem.Create("frames", ConfigurationFactory.ParseString($$"""
            raft {
              group = frames, allow-volatile = on, member-id = node{{i}}
              members = [ { id = node0, address = "127.0.0.1:{{ports[0]}}" }, { id = node1, address = "127.0.0.1:{{ports[1]}}" } ]
              leader-wait = 60 s, forward-timeout = 60 s, election-timeout { min = 2 s, max = 4 s }
            }
            akka {
              loglevel = WARNING, stdout-loglevel = OFF, loggers = []
              actor {
                provider = remote
                serialization-settings.allow-unregistered-types = off
              }
              remote.dot-netty.tcp {
                hostname = "127.0.0.1", port = {{ports[i]}}
                maximum-frame-size = {{size}}, send-buffer-size = {{size}}, receive-buffer-size = {{size}}
              }
              persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
            }
            """).WithFallback(Raft.DefaultConfig()));
        _systems.Add(system);
        return system;
    }

    /// <summary>Waits for a warning about frame sizes.</summary>
    private sealed class WarningListener : ReceiveActor
    {
        private readonly TaskCompletionSource _listening;

        public WarningListener(TaskCompletionSource<string> found, TaskCompletionSource listening)
        {
            _listening = listening;
            Receive<Warning>(warning =>
            {
                if (warning.ToString().Contains("maximum-frame-size", StringComparison.Ordinal))
                    found.TrySetResult(warning.ToString());
            });
        }

        protected override void PreStart()
        {
            Context.System.EventStream.Subscribe(Self, typeof(Warning));
            _listening.TrySetResult();
        }
    }
}
