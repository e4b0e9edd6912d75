using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using RaftActors.Tls;

namespace RaftActors.Remoting;

/// <summary>A channel over TLS.</summary>
/// <param name="stream">The stream, after the handshake. It owns its socket.</param>
/// <param name="verifiesNames">Whether the other system must be at a host that its certificate is for.</param>
/// <param name="limit">The most bytes that may wait to be sent.</param>
internal sealed class TlsChannel(SslStream stream, bool verifiesNames, long limit) : Channel(limit)
{
    private readonly ReceiveBuffer _buffer = new();

    public override void Start(IChannelHandler handler) => _ = Task.Run(() => ReadAsync(handler));

    public override void Abort()
    {
        RefuseWrites();
        // Reading now fails, so the handler learns that the channel has ended.
        stream.Dispose();
    }

    public override string? WhyNotAt(string host)
    {
        var shown = (X509Certificate2)stream.RemoteCertificate!;
        return !verifiesNames || shown.MatchesHostname(host.Trim('[', ']'))
            ? null
            : TlsTrust.WrongName(shown, host);
    }

    protected override void Send() => _ = Task.Run(SendGatheredAsync);

    // The other side learns that nothing was cut off.
    protected override void SentAll() => _ = Task.Run(async () =>
    {
        try
        {
            await stream.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception problem) when (IsLoss(problem))
        {
            // The other side has closed the connection already.
        }
    });

    private async Task SendGatheredAsync()
    {
        try
        {
            while (TryTake(out var chunk))
            {
                await stream.WriteAsync(chunk.Bytes.AsMemory(0, chunk.Length)).ConfigureAwait(false);
                Sent(chunk);
            }
        }
        catch (Exception problem) when (IsLoss(problem))
        {
            Abort();
        }
    }

    private async Task ReadAsync(IChannelHandler handler)
    {
        Exception? cause = null;
        try
        {
            while (await stream.ReadAsync(_buffer.Bytes.AsMemory(_buffer.Length)).ConfigureAwait(false)
                is var received and > 0)
            {
                _buffer.Remove(handler.Received(_buffer.Add(received)));
            }
        }
        catch (Exception problem) when (IsLoss(problem))
        {
            cause = problem.GetBaseException() as SocketException;
        }
        Abort();
        handler.Closed(cause);
    }

    // Whether an exception says that the connection is lost, or was closed here.
    private static bool IsLoss(Exception problem) =>
        problem is IOException or ObjectDisposedException or InvalidOperationException;
}
