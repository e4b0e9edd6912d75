using Akka.Event;
using RaftActors.Elections;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.Protocol;

namespace RaftActors.Tests.Membership;

/// <summary>A peer as its members and stores see it: one of three members.</summary>
internal class MembershipPeer : TestPeer, IIntroducingPeer, IRemovedPeer
{
    public static readonly Server A = new("a", "host:1", "store-a");
    public static readonly Server B = new("b", "host:2", "store-b");
    public static readonly Server C = new("c", "host:3", "store-c");

    /// <summary>The settings of the peer.</summary>
    public static readonly RaftSettings Settings = new()
    {
        Group = "group",
        MemberId = "a",
        Members = [new Member("a", "host:1"), new Member("b", "host:2"), new Member("c", "host:3")],
        ElectionTimeoutMin = TimeSpan.FromSeconds(1),
        ElectionTimeoutMax = TimeSpan.FromSeconds(2),
    };

    /// <summary>A logger that says nothing.</summary>
    public static readonly ILoggingAdapter Silent = NoLogger.Instance;

    public MembershipPeer() => Configurations.Append(1, new Configuration([A, B, C]));

    /// <summary>The configurations in the log: the first entry has all three members.</summary>
    public ConfigurationHistory Configurations { get; } = new(Configuration.None);

    /// <summary>The index since which the peer was stopped as removed; <c>null</c> while it runs.</summary>
    public long? StoppedSince { get; private set; }

    public override long Term => HardState.Term;

    public HardState HardState { get; set; } = HardState.Initial.InTerm(5);

    public string StoreId => "store-a";

    public long PersistedIndex { get; set; }

    public CandidateState? Election { get; set; }

    public bool OwesAnswers { get; set; }

    /// <summary>The header of a message of another member.</summary>
    public static PeerHeader Of(Server member, long incarnation = 0) =>
        new(member.Address, "group", member.Id, member.StoreId, 5) { Incarnation = incarnation };

    public void StepDown(long term)
    {
        if (term > Term)
            HardState = HardState.InTerm(term);
    }

    public void Abstain() => HardState = HardState.Voting("a", "store-a");

    public void OnRemoved(long index)
    {
    }

    public void StopRemoved(long index) => StoppedSince = index;
}
