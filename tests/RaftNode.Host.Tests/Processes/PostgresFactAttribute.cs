namespace RaftNode.Host.Tests.Processes;

/// <summary>A fact about PostgreSQL: skipped on a developer's machine that has none.</summary>
internal sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresInstallation.WhyNot;
}

/// <summary>A theory about PostgreSQL: skipped on a developer's machine that has none.</summary>
internal sealed class PostgresTheoryAttribute : TheoryAttribute
{
    public PostgresTheoryAttribute() => Skip = PostgresInstallation.WhyNot;
}
