using RaftActors.Protocol;

namespace RaftActors.Tests.Protocol;

/// <summary>Headers that do not change are made, encoded and decoded once.</summary>
public sealed class HeadersSpec
{
    private static readonly OwnHeader Present = new("host:1", "group", "a", "store-a", 5)
    {
        MaximumFrameSize = 128_000, GroupId = "g", Incarnation = 9,
    };

    private readonly OwnHeaders _own = new();
    private readonly HeaderCache _cache = new();

    public static TheoryData<string> Changes => [.. OtherHeaders().Keys];

    [Fact]
    public void Messages_to_a_store_share_a_header()
    {
        var header = _own.Of(Present, "store-b");

        Assert.Same(header, _own.Of(Present, "store-b"));
        Assert.Equal("store-c", _own.Of(Present, "store-c").ToStoreId);
        Assert.Same(header, _own.Of(Present, "store-b"));
        Assert.Same(_own.Of(Present, ""), _own.Of(Present, ""));
        Assert.Equal(PeerHeader.CurrentVersion, header.Version);
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void What_changes_is_in_the_next_header(string change)
    {
        var changed = OtherHeaders()[change];
        foreach (string store in (string[])["", "store-b"])
        {
            var before = _own.Of(Present, store);
            var after = _own.Of(changed, store);

            Assert.NotEqual(before, after);
            Assert.Equal(changed.ToHeader() with { ToStoreId = store }, after);
            Assert.Equal(before, _own.Of(Present, store));
        }
    }

    [Fact]
    public void Any_number_of_strangers_is_answered()
    {
        for (int i = 0; i < 1000; i++)
            Assert.Equal($"store-{i}", _own.Of(Present, $"store-{i}").ToStoreId);
    }

    [Fact]
    public void Equal_headers_of_different_messages_are_decoded_once()
    {
        var header = _own.Of(Present, "store-b");
        byte[] bytes = _cache.Encode(header).ToArray();

        var read = _cache.Decode(bytes);

        Assert.Equal(header, read);
        Assert.Same(read, _cache.Decode([.. bytes]));
        Assert.Equal(bytes, _cache.Encode(header));
    }

    [Fact]
    public void More_headers_than_the_cache_holds_are_never_mixed_up()
    {
        var headers = Enumerable.Range(0, 5000).Select(i => (Present with { Term = i }).ToHeader()).ToList();
        for (int round = 0; round < 2; round++)
        {
            foreach (var header in headers)
                Assert.Equal(header, _cache.Decode(_cache.Encode(header)));
        }
    }

    private static Dictionary<string, OwnHeader> OtherHeaders() => new(StringComparer.Ordinal)
    {
        ["address"] = Present with { Address = "host:2" },
        ["group"] = Present with { Group = "other" },
        ["member"] = Present with { MemberId = "b" },
        ["store"] = Present with { StoreId = "store-x" },
        ["term"] = Present with { Term = 6 },
        ["frame size"] = Present with { MaximumFrameSize = 1 },
        ["group id"] = Present with { GroupId = "h" },
        ["undecided"] = Present with { GroupIsUndecided = true },
        ["empty"] = Present with { IsEmpty = true },
        ["incarnation"] = Present with { Incarnation = 10 },
        ["verifying"] = Present with { IsVerifying = true },
    };
}
