using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;

namespace RaftActors.Remoting;

/// <summary>One socket.</summary>
internal sealed class TcpChannel : Channel
{
    private const int ReadBufferSize = 64 * 1024;

    /// <summary>After so many reads in a row other work of the thread pool gets its turn.</summary>
    private const int ReadsInARow = 16;

    /// <summary>An actor that sends for others as well goes back to its own work after so many.</summary>
    private const int ChunksForOthers = 2;

    /// <summary>
    /// What is sent more often than this is left to another thread, which takes along what gathers meanwhile.
    /// </summary>
    private static readonly long Burst = Stopwatch.Frequency / 40_000;

    private readonly Socket _socket;

    // No execution context flows: nothing that runs on completion belongs to whoever happened to start it.
    private readonly SocketAsyncEventArgs _receive = new(true);
    private readonly SocketAsyncEventArgs _send = new(true);
    private readonly WorkItem _readAgain;
    private readonly WorkItem _sendGathered;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReadBufferSize);
    private byte[]? _small;
    private int _have;
    private IChannelHandler _handler = null!;
    private Chunk? _chunk;
    private int _chunkSent;
    private long _lastSend;

    /// <summary>A channel over a socket that is connected.</summary>
    public TcpChannel(Socket socket, long limit)
        : base(limit)
    {
        _socket = socket;
        _readAgain = new WorkItem(Read);
        _sendGathered = new WorkItem(() => SendGathered());
        _receive.Completed += (_, _) =>
        {
            if (TakeReceived())
                Read();
        };
        _send.Completed += (_, _) =>
        {
            if (TakeSent() && SendChunk())
                SendGathered();
        };
    }

    public override void Start(IChannelHandler handler)
    {
        _handler = handler;
        ThreadPool.UnsafeQueueUserWorkItem(_readAgain, preferLocal: false);
    }

    public override void Abort()
    {
        RefuseWrites();
        // Reading fails now, and so the handler learns of it.
        _socket.Dispose();
    }

    /// <summary>
    /// The thread that has something to say after a while says it at once; in a burst another does, so that the burst
    /// can go on.
    /// </summary>
    protected override void Send()
    {
        long now = Stopwatch.GetTimestamp();
        long sinceLast = now - Volatile.Read(ref _lastSend);
        Volatile.Write(ref _lastSend, now);
        if (sinceLast >= Burst)
            SendGathered(ChunksForOthers);
        else
            ThreadPool.UnsafeQueueUserWorkItem(_sendGathered, preferLocal: false);
    }

    protected override void SentAll()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
        {
            // Closed by the other side already.
        }
    }

    private void SendGathered(int chunks = int.MaxValue)
    {
        for (; chunks > 0; chunks--)
        {
            if (!TryTake(out var chunk))
                return;
            _chunk = chunk;
            _chunkSent = 0;
            if (!SendChunk())
                return;
        }
        ThreadPool.UnsafeQueueUserWorkItem(_sendGathered, preferLocal: false);
    }

    /// <summary>False if the rest is sent later, or never.</summary>
    private bool SendChunk()
    {
        try
        {
            while (_chunkSent < _chunk!.Length)
            {
                _send.SetBuffer(_chunk.Bytes, _chunkSent, _chunk.Length - _chunkSent);
                if (_socket.SendAsync(_send) || !TakeSent())
                    return false;
            }
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        Sent(_chunk);
        return true;
    }

    private bool TakeSent()
    {
        if (_send.SocketError != SocketError.Success)
        {
            Abort();
            return false;
        }
        _chunkSent += _send.BytesTransferred;
        return true;
    }

    private void Read()
    {
        try
        {
            for (int i = 0; i < ReadsInARow; i++)
            {
                _receive.SetBuffer(_buffer, _have, _buffer.Length - _have);
                if (_socket.ReceiveAsync(_receive) || !TakeReceived())
                    return;
            }
        }
        catch (ObjectDisposedException)
        {
            End(null);
            return;
        }
        ThreadPool.UnsafeQueueUserWorkItem(_readAgain, preferLocal: false);
    }

    /// <summary>False if nothing more will arrive.</summary>
    private bool TakeReceived()
    {
        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            bool closed = _receive.SocketError is SocketError.Success or SocketError.OperationAborted;
            End(closed ? null : new SocketException((int)_receive.SocketError));
            return false;
        }
        _have += _receive.BytesTransferred;
        Keep(_handler.Received(_buffer.AsSpan(0, _have)));
        return true;
    }

    /// <summary>
    /// Moves what is left to the front. A frame that does not fit gets a larger buffer for as long as it lasts.
    /// </summary>
    private void Keep(int used)
    {
        _have -= used;
        if (_have == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan().CopyTo(larger);
            Replace(larger);
        }
        else if (_small is not null && _have < ReadBufferSize)
        {
            _buffer.AsSpan(used, _have).CopyTo(_small);
            Replace(_small);
        }
        else if (used > 0 && _have > 0)
        {
            _buffer.AsSpan(used, _have).CopyTo(_buffer);
        }
    }

    private void Replace(byte[] buffer)
    {
        if (_small is null)
            _small = _buffer;
        else
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = buffer;
        if (ReferenceEquals(buffer, _small))
            _small = null;
    }

    private void End(Exception? cause)
    {
        RefuseWrites();
        _socket.Dispose();
        _handler.Closed(cause);
    }

    private sealed class WorkItem(Action action) : IThreadPoolWorkItem
    {
        public void Execute() => action();
    }
}
