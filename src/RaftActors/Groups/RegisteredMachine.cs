using Akka.Actor;
using RaftActors.StateMachines;

namespace RaftActors.Groups;

/// <summary>A kind of state machine that groups of the catalogue can have.</summary>
/// <param name="Name">The name in the catalogue.</param>
/// <param name="Create">Makes the state machine of the group with a name.</param>
/// <param name="Configure">Changes the settings of each such group; <c>null</c> for no change.</param>
internal sealed record RegisteredMachine(
    string Name, Func<string, IStateMachine> Create, Func<RaftSettings, RaftSettings>? Configure)
    : INoSerializationVerificationNeeded;
