using System.Security.Cryptography;

namespace Akka.Util;

/// <summary>The one source of randomness of an actor system (SplitMix64): any thread may draw, and a seed repeats the sequence.</summary>
internal sealed class SplittableRandom
{
    private ulong _state;

    /// <param name="seed">0 for one of the operating system's choice.</param>
    public SplittableRandom(long seed) =>
        _state = seed != 0 ? (ulong)seed : BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    public ulong NextUInt64()
    {
        var z = Interlocked.Add(ref _state, 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>At least 0, below 1.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>At least 0, below the limit.</summary>
    public int Next(int limit) => (int)(NextDouble() * limit);
}
