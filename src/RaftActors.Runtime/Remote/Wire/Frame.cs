using System.Buffers.Binary;
using Akka.Remote.Protocol;
using Google.Protobuf;

namespace Akka.Remote.Wire;

internal enum FrameKind
{
    /// <summary>Neither a payload nor a known instruction; nothing is to be done about it.</summary>
    Empty,
    Payload,
    Associate,
    Heartbeat,
    Disassociate,
    DisassociateShuttingDown,
    DisassociateQuarantined,
}

/// <summary>The outer layer of the protocol: four bytes of length, then either a payload or an instruction to the connection itself.</summary>
internal readonly ref struct Frame
{
    public const int LengthBytes = 4;

    public static readonly byte[] Heartbeat = Control(new ControlData { Command = ControlCommand.Heartbeat });

    private Frame(FrameKind kind, ReadOnlySpan<byte> payload = default, HandshakeData? handshake = null)
    {
        Kind = kind;
        Payload = payload;
        Handshake = handshake;
    }

    public FrameKind Kind { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Only of an <see cref="FrameKind.Associate"/>, and never null there.</summary>
    public HandshakeData? Handshake { get; }

    /// <summary>The length of the frame that begins here, without the four bytes that tell it, or -1 while those are not there yet.</summary>
    public static int LengthOf(ReadOnlySpan<byte> received, int maximum)
    {
        if (received.Length < LengthBytes)
            return -1;
        var length = BinaryPrimitives.ReadInt32LittleEndian(received);
        // Akka counts the length's own bytes in.
        if (length < 0 || length > maximum - LengthBytes)
            throw new OversizedFrameException(unchecked((uint)length), maximum);
        return length;
    }

    public static Frame Parse(ReadOnlySpan<byte> frame)
    {
        var reader = new ProtoReader(frame);
        ReadOnlySpan<byte> payload = default, instruction = default;
        while (reader.NextField() is var field and not 0)
        {
            switch (field)
            {
                case 1:
                    payload = reader.Bytes();
                    break;
                case 2:
                    instruction = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return instruction.IsEmpty ? new Frame(payload.IsEmpty ? FrameKind.Empty : FrameKind.Payload, payload) : ParseControl(instruction);
    }

    public static byte[] Associate(string protocol, string system, string host, int port, int uid) => Control(new ControlData
    {
        Command = ControlCommand.Associate,
        Handshake = new HandshakeData
        {
            Origin = new AddressData { Protocol = protocol, System = system, Hostname = host, Port = (uint)port },
            Uid = unchecked((ulong)uid),
        },
    });

    public static byte[] Disassociate(FrameKind kind) => Control(new ControlData
    {
        Command = kind switch
        {
            FrameKind.DisassociateShuttingDown => ControlCommand.DisassociateShuttingDown,
            FrameKind.DisassociateQuarantined => ControlCommand.DisassociateQuarantined,
            _ => ControlCommand.Disassociate,
        },
    });

    /// <summary>A frame with an acknowledgement and no message.</summary>
    public static byte[] PureAck(Ack ack)
    {
        var inner = ProtoWriter.SizeOfField(Ack.SizeOf(ack));
        var frame = new byte[LengthBytes + ProtoWriter.SizeOfField(inner)];
        var writer = new ProtoWriter(frame);
        writer.FrameLength(frame.Length - LengthBytes);
        writer.Open(1, inner);
        writer.Open(1, Ack.SizeOf(ack));
        Ack.Write(ref writer, ack);
        return frame;
    }

    private static Frame ParseControl(ReadOnlySpan<byte> instruction)
    {
        ControlData control;
        try
        {
            control = ControlData.Parser.ParseFrom(instruction);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new WireFormatException(e.Message);
        }
        return control.Command switch
        {
            ControlCommand.Associate when control.Handshake?.Origin is not null => new Frame(FrameKind.Associate, handshake: control.Handshake),
            ControlCommand.Heartbeat => new Frame(FrameKind.Heartbeat),
            ControlCommand.Disassociate => new Frame(FrameKind.Disassociate),
            ControlCommand.DisassociateShuttingDown => new Frame(FrameKind.DisassociateShuttingDown),
            ControlCommand.DisassociateQuarantined => new Frame(FrameKind.DisassociateQuarantined),
            _ => throw new WireFormatException($"Instruction {control.Command} makes no sense"),
        };
    }

    private static byte[] Control(ControlData control)
    {
        var inner = control.CalculateSize();
        var frame = new byte[LengthBytes + ProtoWriter.SizeOfField(inner)];
        var writer = new ProtoWriter(frame);
        writer.FrameLength(frame.Length - LengthBytes);
        writer.Open(2, inner);
        control.WriteTo(frame.AsSpan(writer.Written));
        return frame;
    }
}

/// <summary>A frame announces more bytes than a frame may have.</summary>
internal sealed class OversizedFrameException(uint length, int maximum) : Exception($"A frame of {length} bytes; at most {maximum} are allowed");
