using Akka.Remote.Wire;

namespace Akka.Remote.Delivery;

/// <summary>The receiving half of reliable delivery: hands system messages on in the order of their numbers, each once, and tells which are missing.</summary>
/// <param name="window">How far ahead of the last one delivered a number may be; a sender cannot have more than that outstanding.</param>
internal sealed class NumberedInbox<T>(int window)
{
    private readonly SortedList<long, T> _early = [];
    private long _delivered = -1;
    private long _highest = -1;

    public Ack Ack
    {
        get
        {
            if (_early.Count == 0)
                return new Ack(_highest, []);
            var gaps = new List<long>();
            for (var seq = _delivered + 1; seq < _early.GetKeyAtIndex(_early.Count - 1); seq++)
            {
                if (!_early.ContainsKey(seq))
                    gaps.Add(seq);
            }
            return new Ack(_highest, [.. gaps]);
        }
    }

    /// <summary>Takes a message in and hands on whatever can be now.</summary>
    /// <exception cref="WireFormatException">No sender that follows the protocol could have sent this number yet.</exception>
    public void Receive(long seq, T message, Action<T> deliver)
    {
        if (seq < 0 || seq > _delivered + window)
            throw new WireFormatException($"System message {seq} after {_delivered}");
        _highest = Math.Max(_highest, seq);
        if (seq <= _delivered)
            return;
        _early.TryAdd(seq, message);
        while (_early.Count > 0 && _early.GetKeyAtIndex(0) == _delivered + 1)
        {
            var next = _early.GetValueAtIndex(0);
            _early.RemoveAt(0);
            _delivered++;
            deliver(next);
        }
    }
}
