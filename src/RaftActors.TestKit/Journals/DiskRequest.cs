namespace RaftActors.TestKit.Journals;

/// <summary>A request to a <see cref="PeerDisk"/>.</summary>
internal abstract class DiskRequest
{
    /// <summary>The kind of work.</summary>
    public abstract DiskWork Work { get; }

    /// <summary>Does the work.</summary>
    /// <param name="done">Called when the work is done: at once, or in a later turn of an actor.</param>
    public abstract void Do(Action done);

    /// <summary>Answers the request.</summary>
    /// <param name="failure">How the request failed; <c>null</c> if it did not.</param>
    public abstract void Answer(WriteFailure? failure);
}
