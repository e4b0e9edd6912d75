using System.Buffers;
using RaftActors.Metrics;

namespace RaftActors.Remoting;

/// <summary>The outcome of an attempt to send a frame.</summary>
internal enum WriteResult
{
    /// <summary>The frame is sent as soon as the other side accepts it.</summary>
    Written,

    /// <summary>The other side does not read fast enough. The frame was not accepted.</summary>
    Full,

    /// <summary>The channel is closed. The frame was not accepted, and no later one will be.</summary>
    Closed,
}

/// <summary>Handles what arrives over a channel.</summary>
internal interface IChannelHandler
{
    /// <summary>
    /// Handles bytes that have arrived, and returns how many it has used. The next call has the rest again, with more
    /// behind it. There is never more than one call at a time.
    /// </summary>
    int Received(ReadOnlySpan<byte> bytes);

    /// <summary>The last call. Nothing will arrive any more.</summary>
    /// <param name="cause">Why the channel ended; <c>null</c> if one of the sides closed it.</param>
    void Closed(Exception? cause);
}

/// <summary>
/// A stream of bytes to and from another actor system. A sender encodes straight into the chunk that is sent next,
/// under a short lock. One thread at a time sends the bytes that have gathered. So a burst becomes few system calls,
/// and no sender waits for the other side.
/// </summary>
/// <param name="limit">The most bytes that may wait to be sent.</param>
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

    /// <summary>Starts reading.</summary>
    public abstract void Start(IChannelHandler handler);

    /// <summary>Closes the channel at once. What has not been sent is lost.</summary>
    public abstract void Abort();

    /// <summary>
    /// Why the other side cannot be at a host that it names as its own, as the end of a sentence about it; <c>null</c>
    /// if it may be.
    /// </summary>
    public virtual string? WhyNotAt(string host) => null;

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
    /// Sends what was written before, and then ends this direction of the stream. The other side is expected to close
    /// the stream, too.
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
    /// Makes a thread send the waiting bytes: it must call <see cref="TryTake"/> and send until none are left.
    /// </summary>
    protected abstract void Send();

    /// <summary>Called when everything is sent after <see cref="Close"/>.</summary>
    protected abstract void SentAll();

    /// <summary>
    /// Takes the next bytes to send. If there are none, sending is over until <see cref="Send"/> is called again.
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
            // Once everything is sent after a close, _sending stays true, so that no thread sends again.
            done = _closing;
            _sending = done;
        }
        if (done)
            SentAll();
        return false;
    }

    /// <summary>Returns a chunk whose bytes were sent.</summary>
    protected void Sent(Chunk chunk)
    {
        RaftMetrics.SentMessages.Add(chunk.Frames);
        RaftMetrics.SentBytes.Add(chunk.Length);
        lock (_gate)
        {
            _waiting -= chunk.Length;
            if (_spare is null && chunk.Bytes.Length == ChunkSize)
            {
                (chunk.Length, chunk.Frames) = (0, 0);
                _spare = chunk;
                return;
            }
        }
        ArrayPool<byte>.Shared.Return(chunk.Bytes);
    }

    /// <summary>Accepts no more frames, because the connection is lost.</summary>
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
        _filling.Frames++;
        _waiting += size;
        return room;
    }

    /// <summary>Bytes that are sent together.</summary>
    protected sealed class Chunk(byte[] bytes)
    {
        /// <summary>The bytes.</summary>
        public byte[] Bytes { get; } = bytes;

        /// <summary>The number of bytes in use.</summary>
        public int Length { get; set; }

        /// <summary>The number of frames in it.</summary>
        public int Frames { get; set; }
    }
}
