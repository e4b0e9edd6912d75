namespace RaftActors.Persistence.Sqlite.Storage;

/// <summary>Runs the writer of a database: a thread, or the steps of a spec.</summary>
internal interface IWriterThread
{
    /// <summary>
    /// Asks for one run of the writer soon, because there is something to write. Any thread may call this method, also
    /// again before the writer has run.
    /// </summary>
    void Wake();

    /// <summary>Waits until the writer is not running. The writer does not run again.</summary>
    void Stop();
}
