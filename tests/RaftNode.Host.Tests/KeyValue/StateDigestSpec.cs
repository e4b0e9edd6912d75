using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Tests.KeyValue;

public sealed class StateDigestSpec
{
    [Fact]
    public void Key_version_and_every_byte_of_the_value_count()
    {
        var value = new byte[100];
        var seen = new HashSet<ulong> { StateDigest.Of("key", 1, value), StateDigest.Of("kez", 1, value),
            StateDigest.Of("key", 2, value) };
        for (var i = 0; i < value.Length; i++)
        {
            value[i] = 1;
            Assert.True(seen.Add(StateDigest.Of("key", 1, value)));
            value[i] = 0;
        }
    }

    [Fact]
    public void The_length_counts()
    {
        var seen = new HashSet<ulong>();
        for (var length = 0; length < 100; length++)
            Assert.True(seen.Add(StateDigest.Of("key", 1, new byte[length])));
        for (var length = 0; length < 20; length++)
            Assert.True(seen.Add(StateDigest.Of(new string('\0', length), 1, new byte[7])) || length == 3);
    }

    [Fact]
    public void It_is_the_same_in_every_process_and_version() =>
        Assert.Equal(0x8ff8edbda4b1481a, StateDigest.Of("key", 42, "a value of more than sixteen bytes"u8));
}
