using System.Buffers;

namespace RaftActors.Remoting;

/// <summary>
/// Gathers received bytes until they are complete frames. A frame that does not fit gets a larger buffer until it is
/// complete.
/// </summary>
internal sealed class ReceiveBuffer
{
    private const int Size = 64 * 1024;

    private byte[] _bytes = GC.AllocateUninitializedArray<byte>(Size);
    private byte[]? _small;

    /// <summary>The buffer. The bytes from <see cref="Length"/> on are free, and there is at least one.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>The number of bytes that were received and not used yet.</summary>
    public int Length { get; private set; }

    /// <summary>Takes note of more bytes that were received behind the others.</summary>
    /// <returns>All bytes that were received and not used yet.</returns>
    public ReadOnlySpan<byte> Add(int received)
    {
        Length += received;
        return _bytes.AsSpan(0, Length);
    }

    /// <summary>Removes the first bytes, which were used. The rest moves to the front.</summary>
    public void Remove(int used)
    {
        Length -= used;
        if (Length == _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
            _bytes.AsSpan().CopyTo(larger);
            Replace(larger);
        }
        else if (_small is not null && Length < Size)
        {
            _bytes.AsSpan(used, Length).CopyTo(_small);
            Replace(_small);
        }
        else if (used > 0 && Length > 0)
        {
            _bytes.AsSpan(used, Length).CopyTo(_bytes);
        }
    }

    private void Replace(byte[] buffer)
    {
        if (_small is null)
            _small = _bytes;
        else
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = buffer;
        if (ReferenceEquals(buffer, _small))
            _small = null;
    }
}
