using Akka.Actor;

namespace Akka.Persistence.Sql;

/// <summary>What is wrong with a database, in one sentence that names the file.</summary>
internal sealed class SqlException(string message, int code = 0, Exception? cause = null) : AkkaException(message, cause)
{
    /// <summary>SQLite's primary result code; 0 where SQLite was not asked.</summary>
    public int Code { get; } = code & 0xff;
}
