using Akka.Actor;
using Akka.Persistence;

namespace RaftActors.TestKit.Journals;

/// <summary>The answers of a journal to a request to write.</summary>
internal static class JournalAnswers
{
    /// <summary>The events of a request.</summary>
    public static IEnumerable<IPersistentRepresentation> EventsOf(WriteMessages write) =>
        write.Messages.OfType<AtomicWrite>().SelectMany(EventsOf);

    /// <summary>Answers a request.</summary>
    /// <param name="write">The request.</param>
    /// <param name="failure">How the write failed; <c>null</c> if it did not.</param>
    /// <param name="cause">The cause of the failure; <c>null</c> for a disk error that the test asked for.</param>
    public static void Tell(WriteMessages write, WriteFailure? failure, Exception? cause = null)
    {
        cause ??= new DiskFailureException();
        int writes = write.Messages.Count(static envelope => envelope is AtomicWrite);
        var actor = write.PersistentActor;
        if (failure is null or WriteFailure.Rejected)
            actor.Tell(WriteMessagesSuccessful.Instance, ActorRefs.NoSender);
        else
            actor.Tell(new WriteMessagesFailed(cause, writes), ActorRefs.NoSender);
        foreach (var envelope in write.Messages)
        {
            if (envelope is not AtomicWrite atomic)
            {
                actor.Tell(new LoopMessageSuccess(envelope.Payload, write.ActorInstanceId), envelope.Sender);
                continue;
            }
            foreach (var persistent in EventsOf(atomic))
            {
                object answer = failure switch
                {
                    null => new WriteMessageSuccess(persistent, write.ActorInstanceId),
                    WriteFailure.Rejected => new WriteMessageRejected(persistent, cause, write.ActorInstanceId),
                    _ => new WriteMessageFailure(persistent, cause, write.ActorInstanceId),
                };
                actor.Tell(answer, persistent.Sender);
            }
        }
    }

    private static IEnumerable<IPersistentRepresentation> EventsOf(AtomicWrite write) =>
        (IEnumerable<IPersistentRepresentation>)write.Payload;
}
