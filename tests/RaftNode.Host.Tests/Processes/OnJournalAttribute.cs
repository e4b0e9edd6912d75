using System.Reflection;
using RaftNode.Host.Dev;
using Xunit.Sdk;

namespace RaftNode.Host.Tests.Processes;

/// <summary>What a node of a spec has its journal and its snapshots in.</summary>
public enum NodeJournal
{
    /// <summary>The journal that a node has by default.</summary>
    Sqlite,

    /// <summary>Akka.Persistence.Sql on SQLite.</summary>
    Sql,

    /// <summary>Akka.Persistence.Sql on PostgreSQL.</summary>
    Postgresql,
}

/// <summary>
/// Runs a theory with a journal: as its first argument, before those that are given. Without PostgreSQL on the machine
/// its case is skipped.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnJournalAttribute : DataAttribute
{
    private readonly object[] _row;

    public OnJournalAttribute(NodeJournal journal, params object[] others)
    {
        _row = [journal, .. others];
        if (journal == NodeJournal.Postgresql)
            Skip = PostgresInstallation.WhyNot;
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [_row];
}

/// <summary>What the program has for the journals of specs.</summary>
internal static class NodeJournals
{
    /// <summary>The choice that the program has for it.</summary>
    public static JournalChoice Choice(this NodeJournal journal) =>
        JournalChoice.Named(journal.ToString().ToLowerInvariant());

    /// <summary>A new database for it; <c>null</c> when it needs none.</summary>
    public static async Task<string?> CreateDatabaseAsync(this NodeJournal journal) =>
        journal == NodeJournal.Postgresql ? await (await PostgresServer.SharedAsync()).CreateDatabaseAsync() : null;
}
