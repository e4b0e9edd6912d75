using System.Reflection;
using RaftActors.TestKit;
using Xunit.Sdk;

namespace RaftActors.Tests.Scenarios;

/// <summary>Where the peers of a scenario keep their journals.</summary>
public enum JournalKind
{
    InMemory,
    Sqlite,
}

/// <summary>Runs a scenario with the journal in memory, once for each seed.</summary>
public sealed class InMemoryJournalAttribute(params int[] seeds) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => JournalData.Rows(testMethod, JournalKind.InMemory, seeds);
}

/// <summary>Runs a scenario with the SQL journal, once for each seed. In a build without that journal's plugin the scenario is reported as skipped.</summary>
public sealed class SqliteJournalAttribute : DataAttribute
{
    private readonly int[] _seeds;

    public SqliteJournalAttribute(params int[] seeds)
    {
        _seeds = seeds;
        if (!ClusterJournal.HasSqlite)
            Skip = "This build has no SQL journal plugin.";
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => JournalData.Rows(testMethod, JournalKind.Sqlite, _seeds);
}

/// <summary>Runs a scenario with the same arguments on every journal that this build has.</summary>
public sealed class EachJournalAttribute(params object[] arguments) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        yield return [JournalKind.InMemory, .. arguments];
        if (ClusterJournal.HasSqlite)
            yield return [JournalKind.Sqlite, .. arguments];
    }
}

internal static class JournalData
{
    /// <summary>The arguments (journal, seed), or (journal) for a method that takes no seed.</summary>
    public static IEnumerable<object[]> Rows(MethodInfo method, JournalKind journal, int[] seeds) =>
        method.GetParameters().Length == 1
            ? [[journal]]
            : (seeds.Length == 0 ? [1] : seeds).Select(seed => new object[] { journal, seed });
}
