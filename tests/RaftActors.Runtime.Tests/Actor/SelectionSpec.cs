using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class SelectionSpec : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public SelectionSpec()
    {
        // raft / { a / child, b / child, other }
        var parent = ActorOf(() => new Family(), "raft");
        foreach (var name in new[] { "a", "b", "other" })
            parent.Tell(name);
        var family = ReceiveN(3).Cast<IActorRef>().ToList();
        family[0].Tell("child");
        family[1].Tell("child");
        ReceiveN(2);
    }

    [Theory]
    [InlineData("/user/raft", "/user/raft")]
    [InlineData("/user/raft/", "/user/raft")]
    [InlineData("akka://test/user/raft/a/child", "/user/raft/a/child")]
    [InlineData("/user/raft/a/../b/child", "/user/raft/b/child")]
    [InlineData("/user/raft/oth?r", "/user/raft/other")]
    [InlineData("/user/raft/o*", "/user/raft/other")]
    public void A_path_selects_one_actor(string path, string expected) => Assert.Equal([expected], Selected(Sys.ActorSelection(path)));

    [Theory]
    [InlineData("/user/raft/*", "/user/raft/a", "/user/raft/b", "/user/raft/other")]
    [InlineData("/user/raft/?", "/user/raft/a", "/user/raft/b")]
    [InlineData("/user/raft/*/child", "/user/raft/a/child", "/user/raft/b/child")]
    public void A_pattern_selects_all_that_match(string path, params string[] expected) =>
        Assert.Equal(expected, Selected(Sys.ActorSelection(path)));

    // One that goes back and forth would not be done in years.
    [Fact]
    public void A_pattern_with_many_wildcards_is_soon_decided() =>
        Assert.False(new SelectChildPattern(string.Concat(Enumerable.Repeat("*a", 40))).Matches(new string('a', 100) + "b"));

    [Theory]
    [InlineData("child", "/user/raft/a/child")]
    [InlineData("../b", "/user/raft/b")]
    [InlineData("../../raft/b/child", "/user/raft/b/child")]
    [InlineData("../*/child", "/user/raft/a/child", "/user/raft/b/child")]
    public async Task A_path_may_start_at_an_actor(string path, params string[] expected)
    {
        var a = await Sys.ActorSelection("/user/raft/a").ResolveOne(Patience);
        Assert.Equal(expected, Selected(Sys.ActorSelection(a, path)));
    }

    [Fact]
    public void An_actor_selects_relative_to_itself()
    {
        Sys.ActorSelection("/user/raft/a").Tell(new Family.Ask("../b/child"), TestActor);
        var identity = ExpectMsg<ActorIdentity>();
        Assert.Equal("/user/raft/b/child", identity.Subject!.Path.ToStringWithoutAddress());
    }

    [Fact]
    public async Task One_actor_is_resolved()
    {
        Assert.Equal("/user/raft/a", (await Sys.ActorSelection("/user/raft/a").ResolveOne(Patience)).Path.ToStringWithoutAddress());
        await Assert.ThrowsAsync<ActorNotFoundException>(() => Sys.ActorSelection("/user/raft/nobody").ResolveOne(Patience));
        await Assert.ThrowsAsync<ActorNotFoundException>(() => Sys.ActorSelection("/nowhere/at/all").ResolveOne(Patience));
    }

    [Fact]
    public void An_actor_identifies_itself()
    {
        var actor = ActorOf(Act.Echo());
        actor.Tell(new Identify(7));
        var identity = ExpectMsg<ActorIdentity>();
        Assert.Equal(7, identity.MessageId);
        Assert.Equal(actor, identity.Subject);
    }

    [Fact]
    public void Nobody_is_identified_where_nobody_is()
    {
        Sys.ActorSelection("/user/nobody").Tell(new Identify("who"), TestActor);
        var identity = ExpectMsg<ActorIdentity>();
        Assert.Equal("who", identity.MessageId);
        Assert.Null(identity.Subject);
    }

    [Fact]
    public void A_selection_keeps_the_sender()
    {
        var echo = ActorOf(Act.Echo(), "echo");
        Sys.ActorSelection(echo.Path).Tell("hello", TestActor);
        ExpectMsgFrom(echo, "hello");
    }

    [Fact]
    public void A_selection_by_path_finds_the_next_actor_of_the_name()
    {
        var first = ActorOf(Act.Echo(), "again");
        var selection = Sys.ActorSelection(first.Path);
        Watch(first);
        Sys.Stop(first);
        ExpectTerminated(first);
        AwaitAssert(() => ActorOf(Act.Props((_, context) => context.Sender.Tell("second")), "again"));
        selection.Tell("hello", TestActor);
        ExpectMsg("second");
    }

    [Fact]
    public async Task A_selection_can_be_asked() =>
        Assert.Equal("raft", (await Sys.ActorSelection("/user/raft").Ask<ActorIdentity>(new Identify("raft"), Patience)).MessageId);

    /// <summary>The paths of those that answer. A message sent after the questions, along the same way to each, is answered after them.</summary>
    private List<string> Selected(ActorSelection selection)
    {
        selection.Tell(new Identify("selected"), TestActor);
        Sys.ActorSelection("/user/raft/*").Tell("barrier?", TestActor);
        Sys.ActorSelection("/user/raft/*/child").Tell("barrier?", TestActor);
        Sys.ActorSelection("/user/raft").Tell("barrier?", TestActor);

        var found = new List<string>();
        for (var barriers = 0; barriers < 6;)
        {
            if (ExpectMsg<object>() is ActorIdentity identity)
                found.Add(identity.Subject?.Path.ToStringWithoutAddress() ?? "");
            else
                barriers++;
        }

        return found.Where(path => path != "").Order().ToList();
    }

    private sealed class Family : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case "barrier?":
                    Sender.Tell("barrier");
                    break;
                case string name:
                    Sender.Tell(Context.ActorOf(Props.Create(() => new Family()), name));
                    break;
                case Ask ask:
                    Context.ActorSelection(ask.Path).Tell(new Identify("asked"), Sender);
                    break;
            }
        }

        public sealed record Ask(string Path);
    }
}
