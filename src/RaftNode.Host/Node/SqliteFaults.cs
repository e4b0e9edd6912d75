using RaftActors.Persistence.Sqlite;
using RaftActors.Storage;

namespace RaftNode.Host.Node;

/// <summary>Explains the faults of a node's own journal and snapshot store.</summary>
internal static class SqliteFaults
{
    /// <summary>
    /// Says whether waiting can help with a fault, and what to do about it. Returns <c>null</c> for any other
    /// exception.
    /// </summary>
    public static StoreException? Explain(Exception exception) => exception is SqliteDatabaseException fault
        ? new StoreException($"{fault.Message.TrimEnd('.')}. {Advice(fault.Fault)}.", fault.MayRecover, fault)
        : null;

    private static string Advice(SqliteFault fault) => fault switch
    {
        SqliteFault.Locked => "Find out who has it open: nobody but the node should",
        SqliteFault.Full => "Free some space on the disk",
        SqliteFault.Stalled => "Look at the load of the disk",
        SqliteFault.InputOutput => "The disk fails: look into the kernel's log",
        SqliteFault.ReadOnly => "Make the file and its directory writable for the node's user",
        SqliteFault.Missing => "Make sure that the directory exists, or correct the path",
        SqliteFault.Foreign => "Name another file",
        SqliteFault.NewerFormat => "Run the version that wrote it, or a newer one",
        SqliteFault.Damaged => "Remove the member from the group and add it again, with an empty data directory",
        SqliteFault.Unreadable => "Run the version that wrote it, with the serializers that it had",
        _ => "Nothing more is known of this failure",
    };
}
