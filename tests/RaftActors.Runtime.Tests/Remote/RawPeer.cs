using System.Net;
using System.Net.Sockets;
using Akka.Remote.Wire;

namespace RaftActors.Runtime.Tests.Remote;

/// <summary>The other side of a connection, byte by byte.</summary>
internal sealed class RawPeer : IDisposable
{
    private const int Maximum = 1 << 24;

    private readonly Socket _socket;

    private RawPeer(Socket socket)
    {
        _socket = socket;
        _socket.ReceiveTimeout = 20_000;
        _socket.SendTimeout = 20_000;
    }

    public static RawPeer ConnectTo(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        return new RawPeer(socket);
    }

    public static RawPeer Accept(TcpListener listener) => new(listener.AcceptSocket());

    public void Send(ReadOnlySpan<byte> bytes) => _socket.Send(bytes);

    /// <summary>Introduces itself and reads the other side's introduction.</summary>
    public Meeting Meet(int uid, string system = "raw", int port = 1)
    {
        Send(Frame.Associate("tcp", system, "127.0.0.1", port, uid));
        return ReadMeeting();
    }

    public Meeting ReadMeeting()
    {
        var frame = Frame.Parse(ReadFrame());
        Assert.Equal(FrameKind.Associate, frame.Kind);
        var origin = frame.Handshake!.Origin;
        return new Meeting(origin.System, (int)origin.Port, (int)frame.Handshake.Uid);
    }

    public byte[] ReadFrame()
    {
        var length = Frame.LengthOf(Read(Frame.LengthBytes), Maximum);
        return Read(length);
    }

    /// <summary>Reads frames until one is of this kind.</summary>
    public byte[] ReadUntil(FrameKind kind)
    {
        while (true)
        {
            var frame = ReadFrame();
            if (Frame.Parse(frame).Kind == kind)
                return frame;
        }
    }

    /// <summary>Reads until the other side closes.</summary>
    public void ReadToEnd()
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (_socket.Receive(buffer) > 0)
            {
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset)
        {
            // An end, too.
        }
    }

    public void Dispose() => _socket.Dispose();

    private byte[] Read(int count)
    {
        var bytes = new byte[count];
        for (var have = 0; have < count;)
        {
            var received = _socket.Receive(bytes.AsSpan(have));
            if (received == 0)
                throw new EndOfStreamException();
            have += received;
        }
        return bytes;
    }

    public sealed record Meeting(string System, int Port, int Uid);
}
