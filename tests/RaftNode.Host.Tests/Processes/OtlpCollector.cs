using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace RaftNode.Host.Tests.Processes;

/// <summary>A span as it arrived.</summary>
internal sealed record ReceivedSpan(string Node, string TraceId, string SpanId, string ParentId, string Name, long Kind,
    IReadOnlyDictionary<string, string> Tags, bool IsError);

/// <summary>Takes spans by the OpenTelemetry protocol over gRPC, as a collector does.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private const string Export = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private const int FrameHead = 5;

    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly WebApplication _server;

    private OtlpCollector()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    /// <summary>Where spans are sent.</summary>
    public string Url { get; private set; } = "";

    /// <summary>The spans that have arrived.</summary>
    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    /// <summary>Starts a collector on a free port.</summary>
    public static async Task<OtlpCollector> StartAsync()
    {
        var collector = new OtlpCollector();
        await collector._server.StartAsync();
        collector.Url = collector._server.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.Single();
        return collector;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Assert.Equal(Export, context.Request.Path.Value);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        byte[] bytes = body.ToArray();
        Assert.Equal(0, bytes[0]); // Not compressed.
        foreach (var resource in Messages(bytes[FrameHead..], 1))
            Read(resource);
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[FrameHead]);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    // The numbers are those of the fields in OpenTelemetry's trace.proto.
    private void Read(byte[] resource)
    {
        string node = Messages(resource, 1).SelectMany(static each => Tags(each, 1))
            .Single(static tag => tag.Key == "service.instance.id").Value;
        foreach (byte[] scope in Messages(resource, 2))
            foreach (byte[] span in Messages(scope, 2))
                _spans.Enqueue(new ReceivedSpan(
                    node, Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), Number(span, 6),
                    Tags(span, 9).ToDictionary(), Messages(span, 15).Any(static status => Number(status, 3) == 2)));
    }

    private static IEnumerable<KeyValuePair<string, string>> Tags(byte[] message, int field) =>
        Messages(message, field).Select(static tag =>
        {
            var (_, value) = Fields(Messages(tag, 2).Single()).Single();
            return KeyValuePair.Create(
                Text(tag, 1), value is byte[] text ? System.Text.Encoding.UTF8.GetString(text) : $"{value}");
        });

    private static string Hex(byte[] message, int field) =>
        Convert.ToHexStringLower(Messages(message, field).SingleOrDefault([]));

    private static string Text(byte[] message, int field) =>
        System.Text.Encoding.UTF8.GetString(Messages(message, field).SingleOrDefault([]));

    private static long Number(byte[] message, int field) =>
        (long?)Fields(message).SingleOrDefault(each => each.Number == field).Value ?? 0;

    private static IEnumerable<byte[]> Messages(byte[] message, int field) =>
        Fields(message).Where(each => each.Number == field).Select(static each => (byte[])each.Value);

    private static List<(int Number, object Value)> Fields(byte[] message)
    {
        var fields = new List<(int, object)>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and > 0)
        {
            fields.Add((WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadInt64(),
                WireFormat.WireType.Fixed64 => (long)input.ReadFixed64(),
                WireFormat.WireType.Fixed32 => (long)input.ReadFixed32(),
                _ => input.ReadBytes().ToByteArray(),
            }));
        }
        return fields;
    }
}
