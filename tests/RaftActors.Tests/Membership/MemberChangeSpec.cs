using System.Globalization;
using RaftActors.Membership;

namespace RaftActors.Tests.Membership;

public sealed class MemberChangeSpec
{
    private static readonly Configuration Present = new([new Server("a", "host:1", "store-a"),
        new Server("b", "host:2", "store-b")], [new Server("c", "host:3", "")]);

    [Theory]
    [InlineData("a@host:1 b@host:2 c@host:3", "d@host:4", null)]
    [InlineData("d@host:4", "", null)]
    [InlineData("", "a@host:1", "no voters")]
    [InlineData("a@host:1 a@host:1", "", "a is there twice")]
    [InlineData("a@host:1", "a@host:1", "a is there twice")]
    [InlineData("a@host:1 d@host:4 e@host:4", "", "host and port of host:4 are there twice")]
    [InlineData("a@host:9", "", "a is at host:1")]
    [InlineData("d@host:2", "", "b is at host:2")]
    [InlineData("a@host:1 -d@host:4", "", "not a member id")]
    [InlineData("a@host:1@5", "b@host:2@0", null)]
    [InlineData("a@host:1@-1", "", "a has the priority -1")]
    [InlineData("a@host:1 d@host", "", "'host' cannot be the address of d: it has no port")]
    [InlineData("a@host:1 d@host:0", "", "'host:0' cannot be the address of d: '0' is not a port")]
    public void What_is_wrong_is_said(string voters, string learners, string? problem)
    {
        string? said = new MemberChange(Members(voters), Members(learners), 0).Problem(Present);

        if (problem is null)
            Assert.Null(said);
        else
            Assert.Contains(problem, said);
    }

    [Theory]
    [InlineData("b@host:2 a@host:1", "c@host:3", true)]
    [InlineData("a@host:1 b@host:2", "", false)]
    [InlineData("a@host:1 b@host:2 c@host:3", "", false)]
    [InlineData("a@host:1 b@host:2@1", "c@host:3", false)]
    [InlineData("a@host:1", "c@host:3", false)]
    public void What_is_so_already_is_done(string voters, string learners, bool done) =>
        Assert.Equal(done, new MemberChange(Members(voters), Members(learners), 0).IsDone(Present));

    [Fact]
    public void Nothing_is_done_while_it_is_joint() =>
        Assert.False(new MemberChange(Members("a@host:1"), [], 0)
            .IsDone(Present.EnterJoint([new Server("a", "host:1", "")], [])));

    private static List<Member> Members(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static member => member.Split('@'))
            .Select(static parts =>
            new Member(parts[0],
            parts[1]) { Priority = parts.Length > 2 ? int.Parse(parts[2], CultureInfo.InvariantCulture) : 0 })];
}
