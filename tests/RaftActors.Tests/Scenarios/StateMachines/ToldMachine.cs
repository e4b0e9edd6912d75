using RaftActors.Client;
using RaftActors.Log;
using RaftActors.Membership;
using RaftActors.StateMachines;

namespace RaftActors.Tests.Scenarios.StateMachines;

/// <summary>Remembers what it is told besides commands. Its state is the number of commands.</summary>
internal sealed class ToldMachine : IStateMachine, IConfigurationAware, ILeadershipAware
{
    private long _applied;

    /// <summary>The configurations, each with the index of the last command before it.</summary>
    public List<(long After, AppliedConfiguration Configuration)> Configurations { get; } = [];

    public List<(string? Former, string? Leader, long Term)> Leaders { get; } = [];

    public List<(RaftRole Role, long Term)> Roles { get; } = [];

    /// <summary>Whether <see cref="Restore"/> was called.</summary>
    public bool IsRestored { get; private set; }

    /// <summary>Whether it throws when it is told who leads.</summary>
    public bool Throws { get; set; }

    public object? Apply(LogEntry entry, object command)
    {
        _applied = entry.Index;
        return null;
    }

    public object? Query(object request) => BitConverter.GetBytes(_applied);

    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot() => [BitConverter.GetBytes(_applied)];

    public void Restore(Stream snapshot)
    {
        using var reader = new BinaryReader(snapshot);
        _applied = reader.ReadInt64();
        IsRestored = true;
    }

    public void ConfigurationApplied(AppliedConfiguration configuration) =>
        Configurations.Add((_applied, configuration));

    public void LeaderChanged(Member? former, Member? leader, long term)
    {
        Leaders.Add((former?.Id, leader?.Id, term));
        if (Throws)
            throw new InvalidOperationException("It was told to.");
    }

    public void RoleChanged(RaftRole role, long term) => Roles.Add((role, term));
}
