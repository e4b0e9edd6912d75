using System.Buffers;

namespace RaftActors.Remoting;

/// <summary>What became of a frame that was to be sent.</summary>
internal enum WriteResult
{
    /// <summary>It is sent as soon as the other side takes it.</summary>
    Written,

    /// <summary>The other side does not take in fast enough; nothing was written.</summary>
    Full,

    /// <summary>Nothing was written, and nothing ever will be.</summary>
    Closed,
}

/// <summary>Takes in what arrives over a channel.</summary>
internal interface IChannelHandler
{
    /// <summary>
    /// Takes in what arrived and returns how much of it was of use; the rest is shown again with more behind it. Never
    /// called twice at a time.
    /// </summary>
    int Received(ReadOnlySpan<byte> bytes);

    /// <summary>The last call: nothing will arrive any more.</summary>
    /// <param name="cause">Why; <c>null</c> if one of the sides closed the channel.</param>
    void Closed(Exception? cause);
}

/// <summary>
/// A stream of bytes to and from one other system. Whoever sends encodes straight into the chunk that goes out next,
/// under a short lock. One thread at a time sends what has gathered: a burst becomes few calls of the operating system,
/// and nobody waits for the other side.
/// </summary>
/// <param name="limit">How many bytes may wait to be sent.</param>
internal abstract class Channel(long limit)
{
    private const int ChunkSize = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<Chunk> _full = new();
    private Chunk? _filling;
    private Chunk? _spare;
    private long _waiting;
    private bool _sending;
    private bool _closing;

    /// <summary>Begins to read.</summary>
    public abstract void Start(IChannelHandler handler);

    /// <summary>Gives up at once; what has not been sent is lost.</summary>
    public abstract void Abort();

    /// <summary>Sends a message to a peer.</summary>
    public WriteResult TryWrite(scoped in PeerFrame frame)
    {
        bool idle;
        lock (_gate)
        {
            int size = frame.Size;
            if (Refusal(size) is { } refusal)
                return refusal;
            frame.Write(Reserve(size));
            idle = BeginSending();
        }
        if (idle)
            Send();
        return WriteResult.Written;
    }

    /// <summary>Sends a frame.</summary>
    /// <param name="frame">The frame, without the bytes of its length.</param>
    public WriteResult TryWrite(ReadOnlySpan<byte> frame)
    {
        bool idle;
        lock (_gate)
        {
            int size = Frame.LengthBytes + frame.Length;
            if (Refusal(size) is { } refusal)
                return refusal;
            var room = Reserve(size);
            Frame.WriteLength(room, frame.Length);
            frame.CopyTo(room[Frame.LengthBytes..]);
            idle = BeginSending();
        }
        if (idle)
            Send();
        return WriteResult.Written;
    }

    /// <summary>
    /// Sends what was written before and then says that there is nothing more to come. The other side is expected to
    /// close, too.
    /// </summary>
    public void Close()
    {
        bool idle;
        lock (_gate)
        {
            if (_closing)
                return;
            _closing = true;
            idle = BeginSending();
        }
        if (idle)
            Send();
    }

    /// <summary>
    /// Bytes wait that nobody sends: has some thread <see cref="TryTake"/> and send until there are none.
    /// </summary>
    protected abstract void Send();

    /// <summary>Everything is sent and <see cref="Close"/> was called.</summary>
    protected abstract void SentAll();

    /// <summary>
    /// The next bytes to send. If there are none the sending is over, until <see cref="Send"/> is called again.
    /// </summary>
    protected bool TryTake(out Chunk chunk)
    {
        bool done;
        lock (_gate)
        {
            if (_full.TryDequeue(out chunk!))
                return true;
            if (_filling is { Length: > 0 } partly)
            {
                chunk = partly;
                _filling = null;
                return true;
            }
            // Once all is sent the sending stays "in progress" for good.
            done = _closing;
            _sending = done;
        }
        if (done)
            SentAll();
        return false;
    }

    /// <summary>Takes back a chunk whose bytes were sent.</summary>
    protected void Sent(Chunk chunk)
    {
        lock (_gate)
        {
            _waiting -= chunk.Length;
            if (_spare is null && chunk.Bytes.Length == ChunkSize)
            {
                chunk.Length = 0;
                _spare = chunk;
                return;
            }
        }
        ArrayPool<byte>.Shared.Return(chunk.Bytes);
    }

    /// <summary>The connection is lost: nothing is taken in any more.</summary>
    protected void RefuseWrites()
    {
        lock (_gate)
        {
            _closing = true;
            _sending = true;
        }
    }

    private WriteResult? Refusal(int size) =>
        _closing ? WriteResult.Closed : _waiting > 0 && _waiting + size > limit ? WriteResult.Full : null;

    private bool BeginSending()
    {
        bool idle = !_sending;
        _sending = true;
        return idle;
    }

    private Span<byte> Reserve(int size)
    {
        if (_filling is not null && _filling.Bytes.Length - _filling.Length < size)
        {
            if (_filling.Length > 0)
                _full.Enqueue(_filling);
            _filling = null;
        }
        if (_filling is null)
        {
            var spare = size <= ChunkSize ? _spare : null;
            _filling = spare ?? new Chunk(ArrayPool<byte>.Shared.Rent(Math.Max(size, ChunkSize)));
            if (spare is not null)
                _spare = null;
        }
        var room = _filling.Bytes.AsSpan(_filling.Length, size);
        _filling.Length += size;
        _waiting += size;
        return room;
    }

    /// <summary>Bytes that are sent in one go.</summary>
    protected sealed class Chunk(byte[] bytes)
    {
        /// <summary>Where they are.</summary>
        public byte[] Bytes { get; } = bytes;

        /// <summary>How many there are.</summary>
        public int Length { get; set; }
    }
}
