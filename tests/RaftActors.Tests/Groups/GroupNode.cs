using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using RaftActors.Groups;
using RaftActors.Membership;
using RaftActors.Protocol;
using RaftActors.TestKit.Journals;
using RaftActors.TestKit.Network;
using RaftActors.TestKit.Time;

namespace RaftActors.Tests.Groups;

/// <summary>A machine of <see cref="GroupNodes"/>: a disk, and a process that may be down.</summary>
internal sealed class GroupNode(Member member, PeerDisk disk) : INetworkNode
{
    private GroupProcess? _process;

    public Member Member => member;

    public string Id => member.Id;

    public string Address => member.Address;

    public PeerDisk Disk => disk;

    public ActorSystem System => _process!.System;

    public Raft Raft => Raft.Get(System);

    /// <summary>The warnings and errors that the process has logged.</summary>
    public List<string> Logged { get; } = [];

    /// <summary>How often a process was started.</summary>
    public int Starts { get; private set; }

    VirtualProcess? INetworkNode.Process => _process;

    public bool IsRunning => _process is not null;

    /// <summary>Makes a process, whose actor system is yet to be made.</summary>
    public VirtualProcess Begin()
    {
        Starts++;
        return _process = new GroupProcess(disk);
    }

    /// <summary>Called when the actor system of the process was made.</summary>
    public void Began()
    {
        _process!.Began();
        Logged.Clear();
        var listener = System.ActorOf(Props.Create(() => new LogListener(Logged)), "log-listener");
        System.EventStream.Subscribe(listener, typeof(Warning));
        System.EventStream.Subscribe(listener, typeof(Error));
    }

    /// <summary>Ends the process.</summary>
    public VirtualProcess End()
    {
        var process = _process!;
        _process = null;
        return process;
    }

    /// <summary>Gives messages of other nodes to the group that they name, as remoting does.</summary>
    private sealed class GroupProcess(PeerDisk disk) : VirtualProcess(disk.World, disk)
    {
        public void Began() => Entry = new ByGroup(((ExtendedActorSystem)System).Provider);
    }

    private sealed class ByGroup(IActorRefProvider provider) : MinimalActorRef
    {
        public override ActorPath Path { get; } = provider.RootPath / "by-group";

        public override IActorRefProvider Provider => provider;

        protected override void TellInternal(object message, IActorRef sender)
        {
            string group = ((PeerMessage)message).Header.Group;
            provider.ResolveActorRef(provider.RootPath / "system" / RaftGroups.Name / group).Tell(message, sender);
        }
    }

    private sealed class LogListener(List<string> logged) : UntypedActor
    {
        protected override void OnReceive(object message) => logged.Add(((LogEvent)message).Message.ToString()!);
    }
}
