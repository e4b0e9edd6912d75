namespace Akka.Actor;

/// <summary>Messages put aside, to be handled before any other once they are put back.</summary>
public interface IStash
{
    int Count { get; }

    bool IsEmpty { get; }

    bool NonEmpty { get; }

    bool IsFull { get; }

    /// <summary>Not positive for no limit.</summary>
    int Capacity { get; }

    /// <summary>Puts the message being handled aside.</summary>
    void Stash();

    /// <summary>Puts the oldest back into the mailbox, before all others.</summary>
    void Unstash();

    void UnstashAll();

    /// <summary>Puts back those for which the predicate holds, and drops the others.</summary>
    void UnstashAll(Func<Envelope, bool> predicate);

    /// <summary>Empties the stash and answers what was in it.</summary>
    IEnumerable<Envelope> ClearStash();

    /// <summary>Puts messages before those that are stashed already.</summary>
    void Prepend(IEnumerable<Envelope> envelopes);
}

/// <summary>An actor that has a stash; the runtime gives it one, and puts its messages back when the actor restarts or stops.</summary>
public interface IActorStash
{
    IStash Stash { get; set; }
}

public interface IWithStash : IActorStash;

public interface IWithUnboundedStash : IActorStash;

public interface IWithUnrestrictedStash : IActorStash;

public abstract class UntypedActorWithStash : UntypedActor, IWithStash
{
    protected UntypedActorWithStash()
    {
    }

    public IStash Stash { get; set; } = null!;
}

public abstract class UntypedActorWithUnboundedStash : UntypedActor, IWithUnboundedStash
{
    protected UntypedActorWithUnboundedStash()
    {
    }

    public IStash Stash { get; set; } = null!;
}

public static class StashFactory
{
    public static IStash CreateStash<T>(this IActorContext context) where T : ActorBase => context.CreateStash(typeof(T));

    public static IStash CreateStash(this IActorContext context, IActorStash actorInstance) => context.CreateStash(actorInstance.GetType());

    public static IStash CreateStash(this IActorContext context, Type actorType) => new StashOfEnvelopes((ActorCell)context);
}
