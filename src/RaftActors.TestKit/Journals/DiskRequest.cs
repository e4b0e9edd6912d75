namespace RaftActors.TestKit.Journals;

/// <summary>A request to a <see cref="PeerDisk"/>.</summary>
internal abstract class DiskRequest
{
    /// <summary>What it asks for.</summary>
    public abstract DiskWork Work { get; }

    /// <summary>Does it.</summary>
    /// <param name="done">To be called when it is done: at once, or in a later turn of an actor.</param>
    public abstract void Do(Action done);

    /// <summary>Answers it.</summary>
    /// <param name="failure">What went wrong; <c>null</c> for nothing.</param>
    public abstract void Answer(WriteFailure? failure);
}
