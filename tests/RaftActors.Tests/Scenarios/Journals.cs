using System.Reflection;
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
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        JournalData.Rows(testMethod, JournalKind.InMemory, seeds);
}

/// <summary>Runs a scenario with the SQLite journal, once for each seed.</summary>
public sealed class SqliteJournalAttribute(params int[] seeds) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        JournalData.Rows(testMethod, JournalKind.Sqlite, seeds);
}

/// <summary>Runs a scenario with the same arguments on every journal.</summary>
public sealed class EachJournalAttribute(params object[] arguments) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        [[JournalKind.InMemory, .. arguments], [JournalKind.Sqlite, .. arguments]];
}

internal static class JournalData
{
    /// <summary>The arguments (journal, seed), or (journal) for a method that takes no seed.</summary>
    public static IEnumerable<object[]> Rows(MethodInfo method, JournalKind journal, int[] seeds) =>
        method.GetParameters().Length == 1
            ? [[journal]]
            : (seeds.Length == 0 ? [1] : seeds).Select(seed => new object[] { journal, seed });
}
