using RaftNode.Host.Commands;

namespace RaftNode.Host.Tests.Commands;

public sealed class PrintableSpec
{
    [Theory]
    [InlineData("plain text, größer, 日本", "plain text, größer, 日本")]
    [InlineData("two\nlines\t\r", @"two\nlines\t\r")]
    [InlineData("\u001b[31mred", @"\u001b[31mred")]
    [InlineData("turned\u202e round", @"turned\u202e round")]
    [InlineData("line\u2028end", @"line\u2028end")]
    public void Text_controls_no_terminal(string text, string shown)
    {
        Assert.Equal(shown, Printable.Text(text));
        Assert.Equal(shown, Printable.Bytes(System.Text.Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Of_bytes_that_are_not_text_there_is_the_number() =>
        Assert.Equal("(3 bytes that are not text)", Printable.Bytes([0xff, 0xfe, 0x00]));
}
