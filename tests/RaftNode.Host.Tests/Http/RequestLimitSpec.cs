using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;

namespace RaftNode.Host.Tests.Http;

public sealed class RequestLimitSpec
{
    private static readonly HttpSettings Settings = new()
    {
        Endpoint = new(System.Net.IPAddress.Loopback, 1),
        MaxValueBytes = 100,
        MaxKeyBytes = 10,
        MaxRequests = 2,
        MaxBodyBytes = 150,
        RequestTimeout = TimeSpan.FromSeconds(1),
        ShutdownTimeout = TimeSpan.FromSeconds(1),
        Watch = new WatchSettings(),
    };

    private readonly RequestLimit _limit = new(Settings);
    private readonly TaskCompletionSource _done = new();

    [Fact]
    public async Task One_request_too_many_is_answered_at_once_and_there_is_room_again_when_another_has_ended()
    {
        var (first, second) = (Start("/kv/a"), Start("/sessions"));
        var third = Start("/kv/b");
        Assert.Equal((503, "1"),
            (third.Context.Response.StatusCode, third.Context.Response.Headers.RetryAfter.ToString()));
        Assert.True(third.Task.IsCompletedSuccessfully);
        Assert.False(Start("/health/live").Task.IsCompleted);
        Assert.False(Start("/watch").Task.IsCompleted);

        _done.SetResult();
        await Task.WhenAll(first.Task, second.Task);
        Assert.Equal(200, Start("/kv/b").Context.Response.StatusCode);
    }

    [Fact]
    public void Paths_are_limited_in_every_case_that_routing_takes()
    {
        Start("/KV/a");
        Start("/Sessions");
        Assert.Equal(503, Start("/Kv/b").Context.Response.StatusCode);
    }

    [Theory]
    [InlineData(51, 503)]
    [InlineData(50, 200)]
    public void Bodies_are_counted_before_they_are_read(long length, int status)
    {
        Start("/kv/a", 100);
        Assert.Equal(status, Start("/kv/b", length).Context.Response.StatusCode);
    }

    [Fact]
    public void A_body_of_unknown_length_counts_as_the_longest()
    {
        Start("/kv/a", 60);
        Assert.Equal(503, Start("/kv/b", null).Context.Response.StatusCode);
    }

    [Fact]
    public void A_body_that_is_too_long_anyway_is_left_to_be_refused_as_that() =>
        Assert.Equal(200, Start("/kv/a", 1_000_000).Context.Response.StatusCode);

    private (DefaultHttpContext Context, Task Task) Start(string path, long? length = 0)
    {
        var context =
            new DefaultHttpContext { RequestServices = new ServiceCollection().AddLogging().BuildServiceProvider() };
        context.Request.Method = "PUT";
        context.Request.Protocol = "HTTP/1.1";
        context.Request.Path = path;
        if (length is null)
            context.Request.Headers.TransferEncoding = "chunked";
        else
            context.Request.ContentLength = length;
        return (context, _limit.InvokeAsync(context, _ => _done.Task));
    }
}
