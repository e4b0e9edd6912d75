using System.Security.Cryptography;

namespace RaftActors.Snapshots;

/// <summary>Counts the chunks of a snapshot and computes their checksum, chunk by chunk.</summary>
internal sealed class ContentDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The number of chunks so far.</summary>
    public int Chunks { get; private set; }

    /// <summary>The number of bytes of these chunks.</summary>
    public long Length { get; private set; }

    /// <summary>The number, size and checksum of the chunks so far.</summary>
    public SnapshotContent Content => new(Chunks, Length, Convert.ToHexString(_hash.GetCurrentHash()));

    /// <summary>Adds the next chunk.</summary>
    public void Add(ReadOnlySpan<byte> chunk)
    {
        _hash.AppendData(chunk);
        Chunks++;
        Length += chunk.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
