using System.Text;

namespace LockService;

/// <summary>What a command asks for. Part of the log: a number that was ever used keeps its meaning.</summary>
public enum LockVerb : byte
{
    /// <summary>The lock, if nobody has it.</summary>
    Acquire = 1,

    /// <summary>More time.</summary>
    Renew = 2,

    /// <summary>That others may have it.</summary>
    Release = 3,
}

/// <summary>A command of <see cref="Locks"/>.</summary>
/// <param name="Verb">What is asked for.</param>
/// <param name="Lock">The lock.</param>
/// <param name="Owner">Who asks.</param>
/// <param name="Token">The token of who has it; 0 with <see cref="LockVerb.Acquire"/>.</param>
/// <param name="Milliseconds">For how long, in log time.</param>
public sealed record LockCommand(LockVerb Verb, string Lock, string Owner, long Token, long Milliseconds)
{
    /// <summary>The command as bytes.</summary>
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

    /// <summary>Reads a command.</summary>
    /// <exception cref="NotSupportedException">It is that of a later version.</exception>
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

/// <summary>Who has a lock: the answer to every command and question.</summary>
/// <param name="Owner">Who; empty when nobody has it.</param>
/// <param name="Token">A number that is higher each time the lock changes hands.</param>
/// <param name="ExpiresAt">When the lease ends, in log time: milliseconds since the Unix epoch.</param>
public sealed record LockHolder(string Owner, long Token, long ExpiresAt)
{
    /// <summary>Nobody.</summary>
    public static readonly LockHolder None = new("", 0, 0);

    /// <summary>The holder as bytes.</summary>
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

    /// <summary>Reads a holder.</summary>
    public static LockHolder Read(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadInt64(), reader.ReadInt64());

    /// <summary>Reads an answer.</summary>
    public static LockHolder Read(object? answer) =>
        Read(new BinaryReader(new MemoryStream((byte[])answer!), Encoding.UTF8));
}
