using RaftActors.Log;
using RaftActors.StateMachines;

namespace RaftActors.Bench;

/// <summary>A state of bytes: all commands of <see cref="PartBytes"/>, and the last other command.</summary>
internal sealed class BytesState : IStateMachine
{
    /// <summary>The size of a command that makes the state larger, in bytes.</summary>
    public const int PartBytes = 1024 * 1024;

    private List<byte[]>? _parts;
    private byte[] _last = [];

    /// <inheritdoc/>
    public object? Apply(LogEntry entry, object command)
    {
        Add((byte[])command);
        return null;
    }

    /// <inheritdoc/>
    public object? Query(object request) => null;

    /// <inheritdoc/>
    public IEnumerable<ReadOnlyMemory<byte>> TakeSnapshot()
    {
        byte[][] parts = [.. _parts ?? [], _last];
        return parts.Select(static part => (ReadOnlyMemory<byte>)part);
    }

    /// <inheritdoc/>
    public void Restore(Stream snapshot)
    {
        byte[] part = new byte[PartBytes];
        while (snapshot.ReadAtLeast(part, PartBytes, throwOnEndOfStream: false) is > 0 and var read)
            Add(part[..read]);
    }

    private void Add(byte[] command)
    {
        if (command.Length == PartBytes)
            (_parts ??= []).Add(command);
        else
            _last = command;
    }
}
