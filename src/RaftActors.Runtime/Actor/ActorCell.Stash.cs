namespace Akka.Actor;

internal sealed partial class ActorCell
{
    private void AttachStash(ActorBase actor)
    {
        if (actor is IActorStash { Stash: null } stashing)
            stashing.Stash = new StashOfEnvelopes(this);
    }

    /// <summary>What a failed or stopped instance had put aside is for its successor, or for the dead letters.</summary>
    private static void DetachStash(ActorBase actor) => (actor as IActorStash)?.Stash?.UnstashAll();
}
