using System.Text;
using Microsoft.Extensions.Logging;
using RaftNode.Host.Node;

namespace RaftNode.Host.Tests.Node;

public sealed class LineLogSpec
{
    [Fact]
    public void A_line_that_cannot_be_written_is_lost_and_nothing_else()
    {
        var error = Console.Error;
        try
        {
            Console.SetError(new FullDisk());
            LineLog.Write(DateTime.UnixEpoch, LogLevel.Information, "here", "lost");
            using var written = new StringWriter();
            Console.SetError(written);
            LineLog.Write(DateTime.UnixEpoch, LogLevel.Information, "here", "kept");
            Assert.Equal("1970-01-01T00:00:00.000Z INFO  here: kept", written.ToString().Trim());
        }
        finally
        {
            Console.SetError(error);
        }
    }

    private sealed class FullDisk : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
