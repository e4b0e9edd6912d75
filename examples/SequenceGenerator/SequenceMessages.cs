using System.Text;

namespace SequenceGenerator;

/// <summary>
/// Encodes the commands, queries and answers of <see cref="Sequences"/>. Commands are in the log, so a format that was
/// ever used must stay readable.
/// </summary>
public static class SequenceMessages
{
    /// <summary>The first byte of a command: its format. A new format gets a new number.</summary>
    private const byte TakeForm = 1;

    /// <summary>A command: take the next numbers of a sequence.</summary>
    public static byte[] Take(string sequence, int count)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(TakeForm);
        writer.Write(sequence);
        writer.Write(count);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Decodes a command.</summary>
    /// <exception cref="NotSupportedException">The format of the command is from a later version.</exception>
    public static (string Sequence, int Count) ReadTake(byte[] command)
    {
        using var reader = new BinaryReader(new MemoryStream(command), Encoding.UTF8);
        byte form = reader.ReadByte();
        return form == TakeForm
            ? (reader.ReadString(), reader.ReadInt32())
            : throw new NotSupportedException($"A command has the form {form}; this version knows {TakeForm}. Run a "
                + "newer version on this node.");
    }

    /// <summary>A query: the last number that was taken from a sequence.</summary>
    public static byte[] Last(string sequence) => Encoding.UTF8.GetBytes(sequence);

    /// <summary>Decodes a query.</summary>
    public static string ReadLast(byte[] request) => Encoding.UTF8.GetString(request);

    /// <summary>An answer: a number, or 0 for none.</summary>
    public static byte[] Number(long number) => BitConverter.GetBytes(number);

    /// <summary>Decodes an answer.</summary>
    public static long ReadNumber(object? answer) => BitConverter.ToInt64((byte[])answer!);
}
