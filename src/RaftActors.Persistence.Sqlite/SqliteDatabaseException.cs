using Akka.Actor;

namespace RaftActors.Persistence.Sqlite;

/// <summary>What is wrong with a database.</summary>
public enum SqliteFault
{
    /// <summary>A failure that SQLite reports and that none of the other values describes.</summary>
    Other,

    /// <summary>Another process or actor system has the database open, or holds a lock on it.</summary>
    Locked,

    /// <summary>The disk is full.</summary>
    Full,

    /// <summary>The disk did not answer within the time that <c>stall-timeout</c> gives it.</summary>
    Stalled,

    /// <summary>The disk failed to read or write.</summary>
    InputOutput,

    /// <summary>
    /// An event with the same sequence number exists: another actor writes with the same persistence id.
    /// </summary>
    Conflict,

    /// <summary>The plugin was stopped.</summary>
    Closed,

    /// <summary>The file, or its directory, cannot be written by this process.</summary>
    ReadOnly,

    /// <summary>The directory, or with <c>auto-initialize = off</c> the file or a table, does not exist.</summary>
    Missing,

    /// <summary>The file is no SQLite database, or its tables are not those of Akka.Persistence.Sql.</summary>
    Foreign,

    /// <summary>A newer version wrote the database.</summary>
    NewerFormat,

    /// <summary>The database is damaged.</summary>
    Damaged,

    /// <summary>An event or a snapshot cannot be deserialized.</summary>
    Unreadable,
}

/// <summary>What is wrong with a database, in one sentence that names the file.</summary>
public sealed class SqliteDatabaseException : AkkaException
{
    /// <summary>Says what is wrong.</summary>
    /// <param name="database">The path of the file.</param>
    /// <param name="fault">The kind of the fault.</param>
    /// <param name="message">A sentence that names the file.</param>
    /// <param name="cause">What the fault follows from, or <c>null</c>.</param>
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
    /// Whether trying again can help: the fault may pass without anybody changing the database or the configuration.
    /// </summary>
    public bool MayRecover =>
        Fault is SqliteFault.Other or SqliteFault.Locked or SqliteFault.Full or SqliteFault.Stalled
        or SqliteFault.InputOutput or SqliteFault.Conflict or SqliteFault.Closed;
}
