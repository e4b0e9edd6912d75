namespace RaftNode.Host.Dev;

/// <summary>A journal that comes with the program.</summary>
/// <param name="Name">The name of the journal on the command line.</param>
/// <param name="File">
/// The file that a node's configuration includes to use the journal; <c>null</c> for the default journal.
/// </param>
internal sealed record JournalChoice(string Name, string? File)
{
    /// <summary>The node's own journal.</summary>
    public static readonly JournalChoice Sqlite = new("sqlite", null);

    /// <summary>Akka.Persistence.Sql on SQLite.</summary>
    public static readonly JournalChoice Sql = new("sql", "journal-sql.conf");

    /// <summary>Akka.Persistence.Sql on PostgreSQL.</summary>
    public static readonly JournalChoice Postgresql = new("postgresql", "journal-postgresql.conf");

    /// <summary>All choices.</summary>
    public static readonly IReadOnlyList<JournalChoice> All = [Sqlite, Sql, Postgresql];

    /// <summary>The choice with a name, which must exist.</summary>
    public static JournalChoice Named(string name) => All.Single(choice => choice.Name == name);
}
