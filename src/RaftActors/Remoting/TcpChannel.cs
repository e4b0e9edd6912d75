using System.Diagnostics;
using System.Net.Sockets;

namespace RaftActors.Remoting;

/// <summary>A channel over one socket.</summary>
internal sealed class TcpChannel : Channel
{
    /// <summary>After this many reads in a row, other work of the thread pool gets its turn.</summary>
    private const int ReadsInARow = 16;

    /// <summary>The number of chunks after which an actor that also sends for others returns to its own work.</summary>
    private const int ChunksForOthers = 2;

    /// <summary>
    /// If sends follow each other faster than this, another thread sends, together with what gathers meanwhile.
    /// </summary>
    private static readonly long Burst = Stopwatch.Frequency / 40_000;

    private readonly Socket _socket;

    // No execution context flows, because code that runs on completion does not belong to the thread that started the
    // operation.
    private readonly SocketAsyncEventArgs _receive = new(true);
    private readonly SocketAsyncEventArgs _send = new(true);
    private readonly WorkItem _readAgain;
    private readonly WorkItem _sendGathered;
    private readonly ReceiveBuffer _buffer = new();
    private IChannelHandler _handler = null!;
    private Chunk? _chunk;
    private int _chunkSent;
    private long _lastSend;

    /// <summary>Makes a channel over a connected socket.</summary>
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
        // Reading now fails, so the handler learns that the channel has ended.
        _socket.Dispose();
    }

    /// <summary>
    /// Sends on this thread if the last send was a while ago. In a burst, another thread sends, so that this one can go
    /// on.
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
            // The other side has closed the connection already.
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

    /// <summary>Returns <c>false</c> if the rest is sent later, or never.</summary>
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
                _receive.SetBuffer(_buffer.Bytes, _buffer.Length, _buffer.Bytes.Length - _buffer.Length);
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

    /// <summary>Returns <c>false</c> if nothing more will arrive.</summary>
    private bool TakeReceived()
    {
        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            bool closed = _receive.SocketError is SocketError.Success or SocketError.OperationAborted;
            End(closed ? null : new SocketException((int)_receive.SocketError));
            return false;
        }
        _buffer.Remove(_handler.Received(_buffer.Add(_receive.BytesTransferred)));
        return true;
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
