using Akka.Actor;

namespace RaftActors.Persistence.Sqlite;

/// <summary>The kinds of faults of a database.</summary>
public enum SqliteFault
{
    /// <summary>SQLite reports a failure that no other value describes.</summary>
    Other,

    /// <summary>Another process or actor system has the database open, or holds a lock on it.</summary>
    Locked,

    /// <summary>The disk is full.</summary>
    Full,

    /// <summary>The disk did not answer within <c>stall-timeout</c>.</summary>
    Stalled,

    /// <summary>The disk failed to read or write.</summary>
    InputOutput,

    /// <summary>
    /// An event with the same sequence number exists: another actor writes with the same persistence id.
    /// </summary>
    Conflict,

    /// <summary>The plugin was stopped.</summary>
    Closed,

    /// <summary>This process cannot write the file or its directory.</summary>
    ReadOnly,

    /// <summary>
    /// The directory does not exist; or, with <c>auto-initialize = off</c>, the file or a table does not exist.
    /// </summary>
    Missing,

    /// <summary>The file is not a SQLite database, or its tables are not those of Akka.Persistence.Sql.</summary>
    Foreign,

    /// <summary>A newer version wrote the database.</summary>
    NewerFormat,

    /// <summary>The database is damaged.</summary>
    Damaged,

    /// <summary>An event or a snapshot cannot be deserialized.</summary>
    Unreadable,
}

/// <summary>A fault of a database. The message says in one sentence what is wrong and names the file.</summary>
public sealed class SqliteDatabaseException : AkkaException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="database">The path of the file.</param>
    /// <param name="fault">The kind of the fault.</param>
    /// <param name="message">A sentence that names the file.</param>
    /// <param name="cause">The failure that caused the fault; <c>null</c> if there is none.</param>
    public SqliteDatabaseException(string database, SqliteFault fault, string message, Exception? cause = null)
        : base(message, cause)
    {
        Database = database;
        Fault = fault;
    }

    /// <summary>The path of the database file.</summary>
    public string Database { get; }

    /// <summary>The kind of the fault.</summary>
    public SqliteFault Fault { get; }

    /// <summary>
    /// Whether trying again can help. If so, the fault may pass although nobody changes the database or the
    /// configuration.
    /// </summary>
    public bool MayRecover =>
        Fault is SqliteFault.Other or SqliteFault.Locked or SqliteFault.Full or SqliteFault.Stalled
        or SqliteFault.InputOutput or SqliteFault.Conflict or SqliteFault.Closed;
}
