namespace Akka.Persistence.Sql;

/// <summary>What runs the writer of a database. A simulator replaces the thread by steps of its own.</summary>
internal interface ISqlWriterThread
{
    /// <summary>There is something to write: run the writer soon, once. May be called from any thread, and again before it has run.</summary>
    void Wake();

    /// <summary>Returns when the writer is not running and will not run again.</summary>
    void Stop();
}

/// <summary>
/// Makes what runs writers; a type named by <c>raftactors.runtime.sql-writer-threads</c>, with a constructor that takes the actor system, stands in for threads.
/// </summary>
internal interface ISqlWriterThreads
{
    ISqlWriterThread Start(string database, Action run);
}
