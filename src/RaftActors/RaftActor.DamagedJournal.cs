using Akka.Event;
using RaftActors.Protocol;
using RaftActors.Storage;

namespace RaftActors;

// An event that cannot be read ends what is known of the log: the peer goes on as one whose disk was set back to before it (RaftActor.Stores.cs), and gets the
// rest from the others. Of the events behind it only terms and votes count, and what they say of stores. The journal cannot be made shorter at its end, so
// an event says from where on it is void; a snapshot lets go of both.
internal sealed partial class RaftActor
{
    // The first event that could not be read, until the event that cuts the journal there; otherwise 0.
    private long _damagedEvent;

    private void RecoverDamaged(MalformedMessage malformed)
    {
        if (_damagedEvent > 0)
            return;
        _damagedEvent = LastSequenceNr;
        string damage = $"event {LastSequenceNr} of {PersistenceId} cannot be read: {malformed.Problem}";
        _damages = [damage];
        _loss = $"{damage}. {WhereDamaged()}";
    }

    private void CutJournal()
    {
        Log.Error("{0}: {1} What it and the events behind it say of the log is void.", PersistenceId, _loss + ".");
        Persist(new JournalCut(_damagedEvent), _ => Start());
    }

    private void Recover(JournalCut cut)
    {
        // Of two damages the first counts: a cut behind it goes on from what is no longer there.
        if (_damagedEvent > 0 && cut.From > _damagedEvent)
            return;
        if (cut.From != _damagedEvent)
        {
            throw new RefusedException(
                $"Event {cut.From} of {PersistenceId} could not be read at an earlier start, "
                + "and the log went on without it. Now it can be read, so the disk cannot be trusted. "
                + "Remove the member from the group and add it again, with an empty data directory on another disk.");
        }
        _damagedEvent = 0;
        _stores = _stores.With(_storeId, _stores.IncarnationOf(_storeId), isSetBack: true);
    }

    private string WhereDamaged() =>
        $"The log before it ends with entry {_log.LastIndex}. "
        + $"The journal is {StorePlugins.Describe(Context.System.Settings.Config, _settings)}";
}
