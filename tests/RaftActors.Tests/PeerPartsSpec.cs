using Akka.Actor;
using RaftActors.Inspection;
using RaftActors.Membership;
using RaftActors.Replication;
using RaftActors.StateMachines;
using RaftActors.Tests.Membership;
using RaftActors.Tests.Replication;
using RaftActors.Tests.VirtualTime;
using Xunit.Abstractions;
using static RaftActors.Tests.Membership.MembershipPeer;

namespace RaftActors.Tests;

/// <summary>
/// Collaborators of a peer that need others, put together as the peer does, without the peer. No state machine runs:
/// what it has applied is what a spec says.
/// </summary>
public abstract class PeerPartsSpec : VirtualTimeSpec
{
    private protected PeerPartsSpec(ITestOutputHelper output)
        : base(output)
    {
        var (log, configurations) = (Peer.Log, Peer.Configurations);
        Problems = new PeerProblems(Settings, Sys.Scheduler, Silent, Sys.EventStream);
        Sys.ActorOf(HostActor.Props(static (_, _) => { })).Tell(new HostActor.Do(context =>
            Machine = new StateMachineRunner(context, Settings, log, new Random(1), NoMachine)));
        Replica = new OwnReplica(Settings, log, configurations, Machine, Problems, Silent, Peer);
        PeerWatch = new PeerWatch(Settings, log, configurations, Machine, Replica, Problems, Silent);
        Addresses = new MemberAddresses(Settings, configurations, new RememberedStores(configurations), Silent);
        var changes = new MemberChanges(Settings, log, configurations, Silent, Peer);
        Identity = new GroupIdentity(Settings, log, configurations, changes, Problems, Silent, Peer);
    }

    private protected static RaftSettings Settings => MembershipPeer.Settings;

    private protected LeadingPeer Peer { get; } = new();

    private protected PeerProblems Problems { get; }

    private protected StateMachineRunner Machine { get; private set; } = null!;

    private protected OwnReplica Replica { get; }

    private protected PeerWatch PeerWatch { get; }

    private protected MemberAddresses Addresses { get; }

    private protected GroupIdentity Identity { get; }

    /// <summary>The state machine, which can say its digest, has applied entries.</summary>
    private protected void Applied(long lastIndex) =>
        Machine.Applied(new EntriesApplied(0, lastIndex, [], 0) { HasDigest = true });

    private static IStateMachine NoMachine() => throw new InvalidOperationException("No state machine runs here.");
}
