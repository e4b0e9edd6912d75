using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace RaftNode.Host.Http;

/// <summary>
/// Gives a problem body to the answers of requests that Kestrel refuses by itself, before this program sees them: a
/// request that is not HTTP, that has too long a header, or that has <c>%00</c> in its path.
/// </summary>
/// <remarks>
/// Kestrel reports such a request before it answers. The answer is then written here, to the connection. What Kestrel
/// writes after that is dropped. Kestrel then closes the connection.
/// </remarks>
internal sealed class RefusedRequests : IObserver<KeyValuePair<string, object?>>
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>The source to which Kestrel reports.</summary>
    public static DiagnosticSource Source()
    {
        var listener = new DiagnosticListener("RaftNode.Host.Http");
        listener.Subscribe(new RefusedRequests(), static name => name == BadRequest);
        return listener;
    }

    /// <summary>Prepares the connections of an endpoint.</summary>
    public static void Answer(ListenOptions endpoint) => endpoint.Use(next => connection =>
    {
        connection.Transport = new Transport(connection.Transport);
        return next(connection);
    });

    /// <inheritdoc/>
    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is not IFeatureCollection features
            || features.Get<IBadRequestExceptionFeature>()?.Error is not BadHttpRequestException refusal
            || features.Get<IHttpResponseFeature>() is not { HasStarted: false }
            || features.Get<IConnectionTransportFeature>()?.Transport is not Transport transport)
            return;
        transport.AnswerLast(Response(refusal, features.Get<IHttpRequestFeature>()?.Method ?? ""));
    }

    /// <inheritdoc/>
    public void OnCompleted()
    {
    }

    /// <inheritdoc/>
    public void OnError(Exception error)
    {
    }

    // The method is empty if Kestrel has not read it.
    private static byte[] Response(BadHttpRequestException refusal, string method)
    {
        var problem = Problems.Malformed(refusal.StatusCode, refusal.Message).ProblemDetails;
        var body = JsonSerializer.SerializeToUtf8Bytes(problem, HostJson.Default.ProblemDetails);
        var head = string.Create(CultureInfo.InvariantCulture, $"""
            HTTP/1.1 {refusal.StatusCode} {ReasonPhrases.GetReasonPhrase(refusal.StatusCode)}
            Content-Type: application/problem+json
            Content-Length: {body.Length}
            Connection: close


            """).ReplaceLineEndings("\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. HttpMethods.IsHead(method) ? [] : body];
    }

    private sealed class Transport(IDuplexPipe inner) : IDuplexPipe
    {
        private readonly LastAnswerWriter _output = new(inner.Output);

        public PipeReader Input => inner.Input;

        public PipeWriter Output => _output;

        public void AnswerLast(byte[] answer) => _output.AnswerLast(answer);
    }

    /// <summary>Writes everything up to the last answer, and drops everything after it.</summary>
    private sealed class LastAnswerWriter(PipeWriter inner) : PipeWriter
    {
        private byte[]? _dropped;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public void AnswerLast(byte[] answer)
        {
            if (_dropped is not null)
                return;
            answer.CopyTo(inner.GetSpan(answer.Length));
            inner.Advance(answer.Length);
            _dropped = [];
        }

        public override void Advance(int bytes)
        {
            if (_dropped is null)
                inner.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) =>
            _dropped is null ? inner.GetMemory(sizeHint) : Dropped(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) =>
            _dropped is null ? inner.GetSpan(sizeHint) : Dropped(sizeHint);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(
            ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            _dropped is null ? inner.WriteAsync(source, cancellationToken) : inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

        private byte[] Dropped(int sizeHint)
        {
            var least = Math.Max(sizeHint, 4096);
            return _dropped!.Length >= least ? _dropped : _dropped = new byte[least];
        }
    }
}
