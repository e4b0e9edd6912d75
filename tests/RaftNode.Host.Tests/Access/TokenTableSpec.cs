using RaftActors.Tls;
using RaftNode.Host.Access;
using RaftNode.Host.Commands;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Access;

public sealed class TokenTableSpec : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_token_is_known_by_its_digest_alone()
    {
        string token = TokenDigest.NewToken();
        string line = TokenTable.Line("ops", Role.Admin, token);
        string file = Write($"# tokens\n\n{line}\n  ci\twrite {new string('a', 64)}\r\n");

        var table = TokenTable.Load(file);

        Assert.Equal(2, table.Count);
        Assert.Equal(("ops", Role.Admin), table.Find(token));
        Assert.Null(table.Find(token + "x"));
        Assert.Null(table.Find(""));
        Assert.Null(table.Find(new string('a', 64)));
        Assert.DoesNotContain(token, line);
    }

    [Fact]
    public void A_token_whose_digest_differs_in_one_byte_is_another_one()
    {
        string token = TokenDigest.NewToken();
        byte[] digest = TokenDigest.Of(token);
        for (int i = 0; i < digest.Length; i++)
        {
            digest[i] ^= 1;
            Assert.Null(TokenTable.Load(Write($"ops admin {Convert.ToHexStringLower(digest)}\n")).Find(token));
            digest[i] ^= 1;
        }
        Assert.NotNull(TokenTable.Load(Write($"ops admin {Convert.ToHexStringLower(digest)}\n")).Find(token));
    }

    [Fact]
    public void A_part_of_a_token_is_no_token()
    {
        string token = TokenDigest.NewToken();
        var table = TokenTable.Load(Write(TokenTable.Line("ops", Role.Admin, token)));

        for (int length = 0; length < token.Length; length++)
            Assert.Null(table.Find(token[..length]));
        Assert.NotNull(table.Find(token));
    }

    [Theory]
    [InlineData("ops admin")]
    [InlineData("ops owner aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("ops anyone aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("ops admin aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("ops admin zaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("o/ps admin aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_line_that_is_none_is_named_by_its_number(string line)
    {
        string file = Write($"# tokens\n{line}\n");

        Assert.StartsWith($"{file}: line 2: a line is NAME ROLE DIGEST",
            Assert.Throws<TlsFileException>(() => TokenTable.Load(file)).Message);
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead, "0604")]
    [InlineData(UnixFileMode.OtherWrite, "0602")]
    [InlineData(UnixFileMode.GroupWrite, "0620")]
    public void A_file_that_other_users_can_read_or_write_is_refused(UnixFileMode open, string shown)
    {
        string file = Write("");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | open);

        Assert.Equal($"{file} can be read or written by other users (its mode is {shown}). Only the node's user may "
            + $"write it, and at most its group may read it: run chmod 600 {file}.",
            Assert.Throws<TlsFileException>(() => TokenTable.Load(file)).Message);
    }

    [Fact]
    public void The_group_may_read_the_file()
    {
        string file = Write("");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.Equal(0, TokenTable.Load(file).Count);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() => Assert.Equal(
        $"{_directory.In("none")} cannot be read: there is no such file",
        Assert.Throws<TlsFileException>(() => TokenTable.Load(_directory.In("none"))).Message);

    [Fact]
    public async Task The_command_shows_a_token_once_and_the_line_for_the_file()
    {
        var (code, output, errors) = await ProgramRun.ToEndAsync(["token", "new", "ops", "--role", "admin"]);

        Assert.Equal(ExitCode.Done, code);
        Assert.Empty(errors);
        var lines = output.Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal(("ops", Role.Admin), TokenTable.Load(Write(lines[1])).Find(lines[0]));
    }

    [Fact]
    public async Task The_command_appends_the_line_to_a_file_that_only_its_user_can_read()
    {
        string file = _directory.In("tokens");
        string first = await AppendAsync("ci", "write");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).TrimEnd());
        string second = await AppendAsync("ops", "read");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var table = TokenTable.Load(file);
        Assert.Equal((("ci", Role.Write), ("ops", Role.Read)), (table.Find(first), table.Find(second)));

        async Task<string> AppendAsync(string name, string role)
        {
            var (code, output, _) =
                await ProgramRun.ToEndAsync(["token", "new", name, "--role", role, "--file", file]);
            Assert.Equal(ExitCode.Done, code);
            return output;
        }
    }

    [Theory]
    [InlineData("ops", "owner")]
    [InlineData("o ps", "read")]
    public async Task The_command_refuses_what_the_file_could_not_have(string name, string role)
    {
        var (code, output, errors) = await ProgramRun.ToEndAsync(["token", "new", name, "--role", role]);

        Assert.Equal(ExitCode.NotDone, code);
        Assert.NotEmpty(errors);
        Assert.DoesNotMatch("[0-9a-f]{64}", output);
    }

    private string Write(string text)
    {
        string file = _directory.Write("tokens", text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
