using Akka.Configuration;
using RaftActors;

namespace RaftNode.Host.Configuration;

/// <summary>
/// Keys of former versions that no longer have an effect. A file with such a key is refused, because its author relies
/// on the key.
/// </summary>
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

    /// <summary>Checks that a file has no such key.</summary>
    /// <exception cref="SettingException">
    /// The file has such a key. The message names the key and its replacement.
    /// </exception>
    public static void Refuse(Config own)
    {
        foreach (var (key, instead) in Keys)
            if (own.HasPath(key))
                throw new SettingException(key, $"{key} is a setting of the former runtime: {instead}.");
    }
}
