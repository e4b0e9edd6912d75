using Akka.Actor;
using Akka.Configuration;

namespace Akka.Persistence;

/// <summary>A journal or snapshot store: its configuration, and its actor once somebody needs that.</summary>
internal sealed class PersistencePlugin(Config config, Func<Config, IActorRef> start)
{
    private readonly Lazy<IActorRef> _actor = new(() => start(config));
    private volatile IDirectJournal? _direct;

    public IActorRef Ref => _actor.Value;

    public Config Config { get; } = config;

    /// <summary>Set by a journal that takes writes on the thread of the actor that persists, which saves a hop between threads.</summary>
    public IDirectJournal? Direct
    {
        set => _direct = value;
    }

    public void Write(WriteMessages write)
    {
        if (_direct is { } direct)
            direct.Write(write);
        else
            Ref.Tell(write, write.PersistentActor);
    }
}

/// <summary>Takes writes from any thread, without the mailbox of the journal's actor.</summary>
internal interface IDirectJournal
{
    void Write(WriteMessages write);
}
