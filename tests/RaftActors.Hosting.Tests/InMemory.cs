namespace RaftActors.Hosting.Tests;

/// <summary>HOCON for a system that keeps nothing. The journal in memory is the default of Akka.Persistence.</summary>
internal static class InMemory
{
    public const string Store =
        "akka.persistence.snapshot-store.plugin = akka.persistence.snapshot-store.inmem, raft.allow-volatile = on";
}
