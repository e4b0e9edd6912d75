using RaftActors.Protocol;
using Xunit.Abstractions;

namespace RaftActors.Tests.SinglePeer;

/// <summary>A peer whose state machine has a digest, in a group that compares digests.</summary>
public abstract class DigestSpec : PeerSpec
{
    protected DigestSpec(ITestOutputHelper output)
        : base(output)
    {
        Digest = static () => 1;
        Settings = Settings with { SnapshotPluginId = "commanded-snapshots", DigestInterval = TimeSpan.FromSeconds(2) };
        B.Version = C.Version = PeerHeader.CurrentVersion;
    }
}
