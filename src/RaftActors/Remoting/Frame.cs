using System.Buffers.Binary;
using RaftActors.Protocol;

namespace RaftActors.Remoting;

/// <summary>
/// A frame of Akka.Remote's protocol: a length of four bytes, and then an <c>AkkaProtocolMessage</c>. That message is
/// either a payload or an instruction to the connection itself.
/// </summary>
internal static class Frame
{
    /// <summary>The number of bytes of the length at the beginning of a frame.</summary>
    public const int LengthBytes = 4;

    private const int Payload = 1, Instruction = 2, CommandType = 1, HandshakeInfo = 2, Origin = 1;
    private const int Associate = 1, HeartbeatCommand = 3;

    /// <summary>The instruction that only says that its sender is alive.</summary>
    public static ReadOnlySpan<byte> Heartbeat =>
        [(Instruction << 3) | ProtoReader.Delimited, 2, CommandType << 3, HeartbeatCommand];

    /// <summary>
    /// The length of the frame that begins here, without the bytes of the length itself. -1 while those bytes are not
    /// all there.
    /// </summary>
    /// <param name="received">The bytes that have arrived.</param>
    /// <param name="maximum">The most bytes of a frame. As in Akka.Remote, the bytes of the length count too.</param>
    /// <exception cref="FormatException">The frame is longer than the maximum.</exception>
    public static int LengthOf(ReadOnlySpan<byte> received, int maximum)
    {
        if (received.Length < LengthBytes)
            return -1;
        int length = BinaryPrimitives.ReadInt32LittleEndian(received);
        return length >= 0 && length <= maximum - LengthBytes ? length
            : throw new FormatException($"A frame of {(uint)length} bytes; at most {maximum} are allowed.");
    }

    /// <summary>Writes the length of a frame.</summary>
    public static void WriteLength(Span<byte> room, int length) =>
        BinaryPrimitives.WriteInt32LittleEndian(room, length);

    /// <summary>What a payload holds; empty for an instruction.</summary>
    /// <exception cref="FormatException">These bytes are no frame.</exception>
    public static ReadOnlySpan<byte> PayloadOf(ReadOnlySpan<byte> frame) => ProtoReader.LastOf(frame, Payload);

    /// <summary>
    /// The address of the system that introduces itself; <c>null</c> if the frame is not a handshake.
    /// </summary>
    /// <exception cref="FormatException">The bytes are not a frame.</exception>
    public static Akka.Actor.Address? HandshakeOf(ReadOnlySpan<byte> frame)
    {
        var instruction = ProtoReader.LastOf(frame, Instruction);
        var reader = new ProtoReader(instruction);
        ReadOnlySpan<byte> info = default;
        long command = 0;
        while (!reader.AtEnd)
        {
            switch (reader.Tag())
            {
                case (CommandType, ProtoReader.Varint):
                    command = reader.Int64();
                    break;
                case (HandshakeInfo, ProtoReader.Delimited):
                    info = instruction[reader.Delimit()];
                    break;
                case var (_, type):
                    reader.Skip(type);
                    break;
            }
        }
        return command == Associate ? AddressOf(ProtoReader.LastOf(info, Origin)) : null;
    }

    private static Akka.Actor.Address AddressOf(ReadOnlySpan<byte> origin)
    {
        var reader = new ProtoReader(origin);
        string system = "", host = "", protocol = "";
        long port = 0;
        while (!reader.AtEnd)
        {
            switch (reader.Tag())
            {
                case (1, ProtoReader.Delimited):
                    system = Text(origin[reader.Delimit()]);
                    break;
                case (2, ProtoReader.Delimited):
                    host = Text(origin[reader.Delimit()]);
                    break;
                case (3, ProtoReader.Varint):
                    port = reader.Int64();
                    break;
                case (4, ProtoReader.Delimited):
                    protocol = Text(origin[reader.Delimit()]);
                    break;
                case var (_, type):
                    reader.Skip(type);
                    break;
            }
        }
        return new Akka.Actor.Address(protocol, system, host, (int)port);
    }

    private static string Text(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);
}
