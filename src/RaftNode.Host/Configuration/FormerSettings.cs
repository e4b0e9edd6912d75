using Akka.Configuration;
using RaftActors;

namespace RaftNode.Host.Configuration;

/// <summary>Keys that mean nothing any more. A file that still has one is refused: its author relies on it.</summary>
internal static class FormerSettings
{
    private const string Plugins = "akka.persistence.";
    private const string OnlyRuntime = "Akka.NET is the only runtime. Remove the key";

    private static readonly (string Key, string Instead)[] Keys =
    [
        ("ActorRuntime", OnlyRuntime),
        ("raft.ActorRuntime", OnlyRuntime),
        ("raftnode.ActorRuntime", OnlyRuntime),
        ("akka.ActorRuntime", OnlyRuntime),
        (Plugins + "journal.sql.wal-size", $"the key is now {Plugins}journal.raft-sqlite.wal-size"),
        (Plugins + "snapshot-store.sql.wal-size", $"the key is now {Plugins}snapshot-store.raft-sqlite.wal-size"),
        ("raftactors.runtime.random-seed", "the key is now raft.random-seed"),
        ("raftactors.runtime.remote.outbound-buffer-size",
            "Akka.NET bounds no such buffer. Remove the key; raft.max-pending-bytes bounds what is sent"),
        ("raftactors.runtime", "the settings of Akka.NET are in the section akka. Remove the section"),
    ];

    /// <summary>Makes sure that a file has no such key.</summary>
    /// <exception cref="SettingException">It has one; the message names the key and what takes its place.</exception>
    public static void Refuse(Config own)
    {
        foreach (var (key, instead) in Keys)
            if (own.HasPath(key))
                throw new SettingException(key, $"{key} is a setting of the former runtime: {instead}.");
    }
}
