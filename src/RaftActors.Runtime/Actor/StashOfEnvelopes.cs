namespace Akka.Actor;

internal sealed class StashOfEnvelopes(ActorCell cell) : IStash
{
    private LinkedList<Envelope> _envelopes = [];
    private int _lastStashed = -1;

    public int Count => _envelopes.Count;

    public bool IsEmpty => Count == 0;

    public bool NonEmpty => Count > 0;

    public bool IsFull => Capacity >= 0 && Count >= Capacity;

    public int Capacity { get; } = cell.Props.StashCapacity;

    public void Stash()
    {
        var message = cell.CurrentMessage ?? throw new IllegalActorStateException("There is no message to stash");
        if (cell.CurrentEnvelopeId == _lastStashed)
            throw new IllegalActorStateException($"Can't stash the same message {message} more than once");
        if (Capacity > 0 && Count >= Capacity)
            throw new StashOverflowException($"Couldn't enqueue message {message} from {cell.Sender} to stash of {cell.Self}");
        _lastStashed = cell.CurrentEnvelopeId;
        _envelopes.AddLast(new Envelope(message, cell.Sender));
    }

    public void Unstash()
    {
        if (_envelopes.First is not { } first)
            return;
        _envelopes.RemoveFirst();
        PutBack(first.Value);
    }

    public void UnstashAll() => UnstashAll(static _ => true);

    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        if (_envelopes.Count == 0)
            return;
        var envelopes = _envelopes;
        _envelopes = [];
        foreach (var envelope in envelopes.Where(predicate).Reverse())
            PutBack(envelope);
    }

    public IEnumerable<Envelope> ClearStash()
    {
        var envelopes = _envelopes;
        _envelopes = [];
        return envelopes;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes.Distinct().Reverse())
            _envelopes.AddFirst(envelope);
    }

    private void PutBack(Envelope envelope)
    {
        cell.Mailbox.PostFirst(envelope);
        if (envelope.Message is Terminated terminated)
            cell.TerminatedQueuedFor(terminated.ActorRef, null);
    }
}
