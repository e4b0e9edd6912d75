using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RaftNode.Host.Access;

/// <summary>Bearer tokens, and the digests by which a node knows them.</summary>
internal static class TokenDigest
{
    /// <summary>The number of bytes of a digest.</summary>
    public const int Bytes = SHA256.HashSizeInBytes;

    private const int RandomBytes = 32;

    /// <summary>Makes a token of 256 random bits. Nobody can guess it, so its digest needs no salt.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>The SHA-256 digest of a token.</summary>
    public static byte[] Of(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
