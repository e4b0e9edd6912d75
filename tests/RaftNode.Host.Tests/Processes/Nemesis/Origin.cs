using System.Buffers.Binary;
using Google.Protobuf;

namespace RaftNode.Host.Tests.Processes.Nemesis;

/// <summary>Reads from the first frame of a connection of Akka.Remote which node made it.</summary>
internal static class Origin
{
    private const int LengthBytes = 4;

    // Field numbers of Akka.Remote's protocol: a frame's instruction, its handshake, the handshake's origin, that
    // address's port.
    private static readonly int[] Path = [2, 2, 1];
    private const int PortField = 3;

    /// <summary>
    /// The port in the address that the node gives itself; <c>null</c> while the frame is not complete.
    /// </summary>
    /// <exception cref="InvalidDataException">It is no handshake.</exception>
    public static int? PortOf(ReadOnlySpan<byte> received)
    {
        if (received.Length < LengthBytes)
            return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(received);
        if (received.Length < LengthBytes + length)
            return null;
        var message = ByteString.CopyFrom(received.Slice(LengthBytes, length));
        foreach (var field in Path)
            message = Field(message, field, input => input.ReadBytes());
        return Field(message, PortField, input => (int)input.ReadUInt32());
    }

    private static T Field<T>(ByteString message, int number, Func<CodedInputStream, T> read)
    {
        var input = message.CreateCodedInput();
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == number)
                return read(input);
            input.SkipLastField();
        }
        throw new InvalidDataException("The first frame of a connection is not a handshake.");
    }
}
