using Akka.Event;
using RaftActors.Elections;

namespace RaftActors;

// The leadership drifts to the member of the highest priority, by an ordinary transfer (dissertation, section 3.10). Priorities have no part in elections: whoever can be elected may be, and no vote
// depends on them.
internal sealed partial class RaftActor
{
    private readonly TransferPace _pace;

    private void HandOverToFavourite()
    {
        var favourite = _leading!.Favourite.Look(Configuration, _self.Id, _leading.Followers, _log.CommitIndex, Now, id => _pace.MayTry(id, Now));
        bool isQuiet = _transfer is null && _change is null && !Configuration.IsJoint && IsConfigurationCommitted && _log.CommitIndex >= _leading.FirstIndex;
        if (favourite is null || !isQuiet)
            return;
        Log.Info("{0}: {1} has the priority {2} and keeps up.", PersistenceId, favourite.Id, favourite.Priority);
        _pace.Tried(favourite.Id, Now);
        StartTransfer(favourite.Id);
    }
}
