using RaftActors.Simulation.World;
using RaftActors.TestKit.Time;

namespace RaftActors.Simulation.Checks;

/// <summary>
/// Collects violations that are found in the middle of an actor's turn. An exception there would be the actor's failure
/// and would not end the run. Also checks that time passes.
/// </summary>
internal sealed class Violations(VirtualWorld world)
{
    // A moment normally has a few hundred turns.
    private const int MostTurnsAtOnce = 100_000;

    private SimulationViolation? _first;
    private TimeSpan _moment;
    private long _turnsBefore;

    /// <summary>Checks something in the middle of an actor's turn.</summary>
    public void Check(Action check)
    {
        try
        {
            check();
        }
        catch (SimulationViolation violation)
        {
            _first ??= violation;
            throw;
        }
    }

    /// <summary>Called when an actor of a process has had its turn.</summary>
    public void AfterTurn(SimulatedProcess process)
    {
        ThrowIfAny();
        if (world.Now != _moment)
            (_moment, _turnsBefore) = (world.Now, world.Turns);
        if (world.Turns - _turnsBefore > MostTurnsAtOnce)
        {
            throw new SimulationViolation(
                "time passes",
                $"Actors have had {MostTurnsAtOnce} turns at {world.Now}, the last one of {process.Node}: they tell "
                + "each other something over and over.");
        }
    }

    /// <summary>Ends the run if a violation was found.</summary>
    public void ThrowIfAny()
    {
        if (_first is not null)
            throw _first;
    }
}
