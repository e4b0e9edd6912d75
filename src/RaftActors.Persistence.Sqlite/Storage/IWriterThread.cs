namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>What runs the writer of a database: a thread, or the steps of a spec.</summary>
internal interface IWriterThread
{
    /// <summary>
    /// There is something to write: run the writer soon, once. May be called from any thread, and again before it has
    /// run.
    /// </summary>
    void Wake();

    /// <summary>Returns when the writer is not running and will not run again.</summary>
    void Stop();
}
