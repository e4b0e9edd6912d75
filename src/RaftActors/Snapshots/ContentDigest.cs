using System.Security.Cryptography;

namespace RaftActors.Snapshots;

/// <summary>Counts and sums up the chunks of a snapshot as they pass.</summary>
internal sealed class ContentDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The chunks so far.</summary>
    public int Chunks { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Length { get; private set; }

    /// <summary>What the chunks so far are.</summary>
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
