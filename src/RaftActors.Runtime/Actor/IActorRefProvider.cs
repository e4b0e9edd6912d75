using Akka.Actor.Internal;
using Akka.Serialization;

namespace Akka.Actor;

/// <summary>Makes references: to actors of this system, and to what a path names wherever that is.</summary>
public interface IActorRefProvider
{
    ActorPath RootPath { get; }

    Settings Settings { get; }

    IActorRef DeadLetters { get; }

    /// <summary>The address that other systems reach this one at, if they can.</summary>
    Address DefaultAddress { get; }

    /// <summary>How references are written for others: with the address that those reach this system at.</summary>
    Information SerializationInformation { get; }

    /// <summary>Done when the last actor is gone.</summary>
    Task TerminationTask { get; }

    internal IInternalActorRef RootGuardian { get; }

    internal LocalActorRef Guardian { get; }

    internal LocalActorRef SystemGuardian { get; }

    internal IInternalActorRef TempContainer { get; }

    /// <summary>A fresh path for an actor that lives for one answer.</summary>
    ActorPath TempPath();

    /// <summary>The reference that a path names; one that is not there answers as the dead letters do.</summary>
    IActorRef ResolveActorRef(string path);

    IActorRef ResolveActorRef(ActorPath actorPath);

    IActorRef RootGuardianAt(Address address);

    /// <summary>The address by which the system at the given one can reach this system; null if it cannot.</summary>
    Address? GetExternalAddressFor(Address address);

    internal void RegisterTempActor(IInternalActorRef actorRef, ActorPath path);

    void UnregisterTempActor(ActorPath path);

    internal void Init(ActorSystemImpl system);

    internal IInternalActorRef ActorOf(ActorSystemImpl system, Props props, IInternalActorRef supervisor, ActorPath path, bool systemService);
}
