using System.Buffers;
using Akka.Remote.Wire;

namespace Akka.Remote.Transport;

internal enum WriteResult
{
    Written,

    /// <summary>The other side does not take in fast enough; nothing was written.</summary>
    Full,

    /// <summary>Nothing was written, and nothing ever will be.</summary>
    Closed,
}

internal interface IChannelHandler
{
    /// <summary>Takes in what arrived and returns how much of it was of use; the rest is shown again with more behind it. Never called twice at a time.</summary>
    int Received(ReadOnlySpan<byte> bytes);

    /// <summary>The last call: nothing will arrive any more. Without a cause if the other side or this one closed in an orderly way.</summary>
    void Closed(Exception? cause);
}

/// <summary>
/// A stream of bytes to and from one other system. Whoever sends encodes straight into the chunk that goes out next, under a short lock; one thread at a time
/// sends what has gathered, so a burst becomes few calls of the operating system, and nobody waits for the other side.
/// </summary>
/// <param name="limit">How many bytes of messages may wait to be sent.</param>
internal abstract class Channel(int limit)
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>How many bytes of control frames may wait besides. The most there can be of them in good order are system messages that are sent again, all at once.</summary>
    private const int ControlReserve = 16 << 20;

    private readonly Lock _gate = new();
    private readonly Queue<Chunk> _full = new();
    private Chunk? _filling;
    private Chunk? _spare;
    private long _waiting;
    private bool _sending;
    private bool _closing;

    /// <summary>Where the other side is, for log lines.</summary>
    public abstract string Peer { get; }

    /// <summary>Begins to read.</summary>
    public abstract void Start(IChannelHandler handler);

    /// <summary>From within <see cref="IChannelHandler.Received"/>: nothing more is shown to the handler until <see cref="Resume"/>.</summary>
    public abstract void Pause();

    public abstract void Resume();

    /// <summary>Gives up at once; what has not been sent is lost.</summary>
    public abstract void Abort();

    public WriteResult TryWrite(scoped in EnvelopeEncoder frame)
    {
        bool idle;
        lock (_gate)
        {
            if (_closing)
                return WriteResult.Closed;
            var size = frame.Size;
            if (_waiting + size > limit)
                return WriteResult.Full;
            frame.Write(Reserve(size));
            idle = BeginSending();
        }
        if (idle)
            Send();
        return WriteResult.Written;
    }

    /// <summary>Frames that were encoded before, together: they get through, or none of them.</summary>
    public bool TryWriteAll(IEnumerable<ReadOnlyMemory<byte>> frames)
    {
        bool idle;
        lock (_gate)
        {
            if (_closing)
                return false;
            foreach (var frame in frames)
                frame.Span.CopyTo(Reserve(frame.Length));
            idle = BeginSending();
        }
        if (idle)
            Send();
        return true;
    }

    /// <summary>A frame that the connection itself needs to send. It has room when messages have none; a peer for which that is not enough does not read at all.</summary>
    public WriteResult TryWriteControl(ReadOnlySpan<byte> frame)
    {
        bool idle;
        lock (_gate)
        {
            if (_closing)
                return WriteResult.Closed;
            if (_waiting + frame.Length > (long)limit + ControlReserve)
                return WriteResult.Full;
            frame.CopyTo(Reserve(frame.Length));
            idle = BeginSending();
        }
        if (idle)
            Send();
        return WriteResult.Written;
    }

    /// <summary>Sends what was written before and then says that there is nothing more to come; the other side is expected to close, too.</summary>
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

    /// <summary>Bytes wait that nobody is sending: the implementation makes some thread <see cref="TryTake"/> and send until there is no more.</summary>
    protected abstract void Send();

    /// <summary>Everything is sent and <see cref="Close"/> was called.</summary>
    protected abstract void SentAll();

    /// <summary>The next bytes to send. If there are none the sending is over, until <see cref="Send"/> is called again.</summary>
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

    private bool BeginSending()
    {
        var idle = !_sending;
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
        public byte[] Bytes { get; } = bytes;

        public int Length { get; set; }
    }
}
