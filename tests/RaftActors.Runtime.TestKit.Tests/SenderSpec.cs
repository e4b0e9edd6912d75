using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.TestActors;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.TestKitTests;

public sealed class SenderSpec : TestKit
{
    [Fact]
    public void A_spec_tells_as_its_test_actor()
    {
        ActorOf(SimpleEchoActor.Props()).Tell("hello");
        ExpectMsg("hello");
    }

    [Fact]
    public async Task Also_after_an_await()
    {
        var echo = ActorOf(SimpleEchoActor.Props());
        for (var i = 0; i < 100; i++)
        {
            await Task.Yield();
            echo.Tell(i);
            await ExpectMsgAsync(i);
        }
    }

    [Fact]
    public async Task Also_in_the_blocks_of_the_kit()
    {
        var echo = ActorOf(SimpleEchoActor.Props());
        await WithinAsync(TimeSpan.FromSeconds(10), async () =>
        {
            await Task.Yield();
            echo.Tell("within");
            await ExpectMsgAsync("within");
        });
        await AwaitAssertAsync(async () =>
        {
            await Task.Yield();
            echo.Tell("assert");
            await ExpectMsgAsync("assert");
        });
    }

    [Fact]
    public void A_probe_does_not_change_who_tells()
    {
        CreateTestProbe();
        ActorOf(SimpleEchoActor.Props()).Tell("hello");
        ExpectMsg("hello");
    }
}

public sealed class NoSenderSpec : TestKit, INoImplicitSender
{
    [Fact]
    public async Task A_spec_without_a_sender_tells_as_nobody()
    {
        var probe = CreateTestProbe();
        probe.Ref.Tell("hello");
        probe.ExpectMsg<string>((_, sender) => Assert.Equal(Sys.DeadLetters, sender));
        await Task.Yield();
        probe.Ref.Tell("hello");
        await probe.ExpectMsgAsync<string>((_, sender) => Assert.Equal(Sys.DeadLetters, sender));
    }
}
