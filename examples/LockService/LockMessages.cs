using System.Text;

namespace LockService;

/// <summary>
/// The kinds of commands. They are part of the log, so a number that was ever used keeps its meaning.
/// </summary>
public enum LockVerb : byte
{
    /// <summary>Acquires the lock, unless another owner holds it.</summary>
    Acquire = 1,

    /// <summary>Renews the lease.</summary>
    Renew = 2,

    /// <summary>Releases the lock.</summary>
    Release = 3,
}

/// <summary>A command of <see cref="Locks"/>.</summary>
/// <param name="Verb">The kind of the command.</param>
/// <param name="Lock">The name of the lock.</param>
/// <param name="Owner">The owner that sends the command.</param>
/// <param name="Token">The token of the holder; 0 with <see cref="LockVerb.Acquire"/>.</param>
/// <param name="Milliseconds">How long the lease lasts, in milliseconds of log time.</param>
public sealed record LockCommand(LockVerb Verb, string Lock, string Owner, long Token, long Milliseconds)
{
    /// <summary>Encodes the command.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write((byte)Verb);
        writer.Write(Lock);
        writer.Write(Owner);
        writer.Write(Token);
        writer.Write(Milliseconds);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Decodes a command.</summary>
    /// <exception cref="NotSupportedException">The command is from a later version.</exception>
    public static LockCommand Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        var verb = (LockVerb)reader.ReadByte();
        return Enum.IsDefined(verb)
            ? new LockCommand(verb, reader.ReadString(), reader.ReadString(), reader.ReadInt64(), reader.ReadInt64())
            : throw new NotSupportedException($"A command has the verb {verb}, which this version does not know. Run a "
                + "newer version on this node.");
    }
}

/// <summary>The holder of a lock: the answer to every command and query.</summary>
/// <param name="Owner">The owner that holds the lock; empty if none does.</param>
/// <param name="Token">The fencing token. It is higher each time the lock changes hands.</param>
/// <param name="ExpiresAt">When the lease ends, in log time: milliseconds since the Unix epoch.</param>
public sealed record LockHolder(string Owner, long Token, long ExpiresAt)
{
    /// <summary>No holder.</summary>
    public static readonly LockHolder None = new("", 0, 0);

    /// <summary>Encodes the holder.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        Write(writer);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Writes the holder.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Owner);
        writer.Write(Token);
        writer.Write(ExpiresAt);
    }

    /// <summary>Decodes a holder.</summary>
    public static LockHolder Read(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadInt64(), reader.ReadInt64());

    /// <summary>Decodes an answer.</summary>
    public static LockHolder Read(object? answer) =>
        Read(new BinaryReader(new MemoryStream((byte[])answer!), Encoding.UTF8));
}
