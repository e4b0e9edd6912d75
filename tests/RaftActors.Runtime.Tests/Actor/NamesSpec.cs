using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace RaftActors.Runtime.Tests.Actor;

public sealed class NamesSpec : TestKit
{
    [Fact]
    public void A_name_is_taken_once()
    {
        var actor = ActorOf(Act.Echo(), "name");
        var failure = Assert.Throws<InvalidActorNameException>(() => ActorOf(Act.Echo(), "name"));
        Assert.Contains("name", failure.Message);
        actor.Tell("still there");
        ExpectMsg("still there");
    }

    [Fact]
    public void A_name_is_free_again_when_its_actor_has_stopped()
    {
        for (var i = 0; i < 20; i++)
        {
            IActorRef? actor = null;
            AwaitAssert(() => actor = ActorOf(Act.Echo(), "name"));
            Watch(actor!);
            Sys.Stop(actor!);
            ExpectTerminated(actor!);
        }
    }

    [Fact]
    public void A_name_is_not_free_while_its_actor_is_stopping()
    {
        var goOn = new ManualResetEventSlim();
        var parent = ActorOf(Act.Props((message, context) =>
        {
            switch (message)
            {
                case "start":
                    context.Stop(context.ActorOf(Act.Props((_, _) => { }, postStop: _ => goOn.Wait()), "name"));
                    Assert.Throws<InvalidActorNameException>(() => context.ActorOf(Act.Echo(), "name"));
                    context.Sender.Tell("refused");
                    break;
            }
        }));
        parent.Tell("start");
        ExpectMsg("refused");
        goOn.Set();
    }

    [Fact]
    public void The_next_actor_of_a_name_is_another_one()
    {
        var first = ActorOf(Act.Echo(), "name");
        Watch(first);
        Sys.Stop(first);
        ExpectTerminated(first);
        IActorRef? second = null;
        AwaitAssert(() => second = ActorOf(Act.Echo(), "name"));
        Assert.Equal(first.Path, second!.Path);
        Assert.NotEqual(first.Path.Uid, second.Path.Uid);
        Assert.NotEqual(first, second);
        first.Tell("to the dead");
        second.Tell("to the living");
        ExpectMsg("to the living");
    }

    [Theory]
    [InlineData("")]
    [InlineData("$reserved")]
    [InlineData("with/slash")]
    [InlineData("with space")]
    [InlineData("with#hash")]
    public void Some_names_are_not_allowed(string name) => Assert.Throws<InvalidActorNameException>(() => ActorOf(Act.Echo(), name));

    [Theory]
    [InlineData("raft-group_1.2")]
    [InlineData("a:b@c+d")]
    [InlineData("100%25")]
    [InlineData("(x);=&,!~*'")]
    public void Others_are(string name) => Assert.Equal(name, ActorOf(Act.Echo(), name).Path.Name);

    [Fact]
    public void Names_that_nobody_gave_are_made_up_and_differ()
    {
        var names = Enumerable.Range(0, 200).Select(_ => ActorOf(Act.Echo()).Path.Name).ToList();
        Assert.Equal(200, names.Distinct().Count());
        Assert.All(names, name => Assert.StartsWith("$", name));
    }

    [Fact]
    public void Children_have_names_of_their_own_parent()
    {
        var parents = new[] { ActorOf(Spawning()), ActorOf(Spawning()) };
        foreach (var parent in parents)
        {
            parent.Tell("child");
            Assert.Equal(parent.Path / "child", ExpectMsg<IActorRef>().Path);
        }
    }

    [Fact]
    public void A_child_is_found_by_its_name()
    {
        var parent = ActorOf(Act.Props((message, context) =>
        {
            var child = context.ActorOf(Act.Echo(), (string)message);
            Assert.Equal(child, context.Child((string)message));
            Assert.True(context.Child("nobody").IsNobody());
            context.Sender.Tell(context.GetChildren().Count());
        }));
        parent.Tell("one");
        ExpectMsg(1);
        parent.Tell("two");
        ExpectMsg(2);
    }

    [Fact]
    public void A_path_of_any_length_is_compared_and_printed_on_a_small_stack()
    {
        const int Depth = 100_000;
        var text = "akka://names" + string.Concat(Enumerable.Repeat("/a", Depth));
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() =>
        {
            var path = ActorPath.Parse(text);
            var same = ActorPath.Parse(text);
            Assert.Equal(Depth, path.Depth);
            Assert.Equal(path.GetHashCode(), same.GetHashCode());
            Assert.True(path.Equals(same));
            Assert.Equal(0, path.CompareTo(same));
            Assert.Equal(text, path.ToString());
            Assert.Equal(Depth, path.Elements.Count);
            Assert.Equal(0, path.Root.Depth);
        }), 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static Props Spawning() => Act.Props((message, context) => context.Sender.Tell(context.ActorOf(Act.Echo(), (string)message)));
}
