namespace RaftNode.Host.Dev;

/// <summary>A journal that comes with the program: what a node's file includes to have it.</summary>
/// <param name="Name">How the command line calls it.</param>
/// <param name="File">The file that is included; <c>null</c> for the journal that a node has by default.</param>
internal sealed record JournalChoice(string Name, string? File)
{
    /// <summary>The node's own journal.</summary>
    public static readonly JournalChoice Sqlite = new("sqlite", null);

    /// <summary>Akka.Persistence.Sql on SQLite.</summary>
    public static readonly JournalChoice Sql = new("sql", "journal-sql.conf");

    /// <summary>Akka.Persistence.Sql on PostgreSQL.</summary>
    public static readonly JournalChoice Postgresql = new("postgresql", "journal-postgresql.conf");

    /// <summary>All that there are.</summary>
    public static readonly IReadOnlyList<JournalChoice> All = [Sqlite, Sql, Postgresql];

    /// <summary>The choice of a name, which has to be one of them.</summary>
    public static JournalChoice Named(string name) => All.Single(choice => choice.Name == name);
}
