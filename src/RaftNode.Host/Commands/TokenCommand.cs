using System.CommandLine;
using RaftNode.Host.Access;
using RaftNode.Host.Http;

namespace RaftNode.Host.Commands;

/// <summary><c>raftnode token</c>: makes tokens for clients.</summary>
internal static class TokenCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create() => new("token", "Makes tokens, by which nodes know their clients.") { CreateNew() };

    private static Command CreateNew()
    {
        var name = new Argument<string>("NAME") { Description = "Whose token it is: letters, digits, '.', '-', '_'." };
        var role = new Option<string>("--role")
        {
            Required = true,
            HelpName = "read|write|admin",
            Description = "What the token allows. Each role may do what the roles before it may.",
        };
        role.AcceptOnlyFromAmong("read", "write", "admin");
        var file = new Option<string?>("--file", "-f")
        {
            HelpName = "FILE",
            Description = "Appends the line to this file, which raftnode.http.access.tokens names. "
                + "Then only the token is printed.",
        };
        var command = new DetailedCommand(
            "new",
            "Makes a token and prints it, once.",
            """
            The token is for the client. The line with its digest is for the file that raftnode.http.access.tokens
            names, on every node. The file does not have the token, so a token that was lost cannot be shown again. To
            take a token back, delete its line. A node reads the file again by itself.
            """)
        {
            name, role, file,
        };
        command.SetAction(async (parsed, _) =>
        {
            var owner = parsed.GetValue(name)!;
            if (!TokenTable.IsName(owner))
                throw new CommandException($"{owner} is not a name: up to 64 letters, digits, '.', '-' and '_'");
            var token = TokenDigest.NewToken();
            var line = TokenTable.Line(owner, Enum.Parse<Role>(parsed.GetValue(role)!, ignoreCase: true), token);
            if (parsed.GetValue(file) is { } path)
                Append(path, line);
            await CommandOutput.WriteAsync(
                parsed, new TokenDocument(token, line, parsed.GetValue(file)), CommandJson.Lines.TokenDocument,
                parsed.GetValue(file) is null ? [token, line] : [token]);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Append(string path, string line)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            // A last line without its end would run into the new one.
            bool isOpen = file.Length > 0 && file.Seek(-1, SeekOrigin.End) >= 0 && file.ReadByte() != '\n';
            file.Seek(0, SeekOrigin.End);
            using var text = new StreamWriter(file);
            text.Write($"{(isOpen ? "\n" : "")}{line}\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"{path} cannot be written: {e.Message}", e);
        }
    }
}
