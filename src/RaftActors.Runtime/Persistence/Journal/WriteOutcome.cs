using Akka.Actor;

namespace Akka.Persistence.Journal;

/// <summary>Tells a persistent actor what became of what it wrote, in the order in which it was written.</summary>
internal static class WriteOutcome
{
    /// <param name="write">What was to be written.</param>
    /// <param name="journal">Who answers.</param>
    /// <param name="failure">Why all of it failed, or null.</param>
    /// <param name="rejections">An entry an atomic write, null where it was written; or null if all were.</param>
    public static void Tell(WriteMessages write, IActorRef journal, Exception? failure, IReadOnlyList<Exception?>? rejections)
    {
        var actor = write.PersistentActor;
        if (failure is null)
            actor.Tell(WriteMessagesSuccessful.Instance, journal);
        else
            actor.Tell(new WriteMessagesFailed(failure, write.AtomicWrites), journal);
        var writes = 0;
        var envelopes = write.Envelopes;
        for (var n = 0; n < envelopes.Count; n++)
        {
            var envelope = envelopes[n];
            if (envelope is not AtomicWrite atomic)
            {
                actor.Tell(new LoopMessageSuccess(envelope.Payload, write.ActorInstanceId), envelope.Sender);
                continue;
            }
            var rejection = rejections?[writes++];
            for (var i = 0; i < atomic.Size; i++)
                actor.Tell(Answer(atomic[i], failure, rejection, write.ActorInstanceId), atomic[i].Sender);
        }
    }

    private static object Answer(IPersistentRepresentation e, Exception? failure, Exception? rejection, int instance) =>
        failure is not null ? new WriteMessageFailure(e, failure, instance)
        : rejection is not null ? new WriteMessageRejected(e, rejection, instance)
        : new WriteMessageSuccess(e, instance);
}
