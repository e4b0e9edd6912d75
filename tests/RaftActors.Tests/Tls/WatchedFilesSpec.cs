using System.Runtime.Versioning;
using RaftActors.Tls;

namespace RaftActors.Tests.Tls;

[UnsupportedOSPlatform("windows")]
public sealed class WatchedFilesSpec : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tls-").FullName;
    private readonly List<(bool IsProblem, string Text)> _reports = [];
    private string? _notice;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_file_that_has_changed_is_read_again()
    {
        using var files = Watched(Write("one"));
        files.Check();
        Assert.Empty(_reports);

        Write("two");
        files.Check();
        files.Check();

        Assert.Equal("two", files.Current);
        Assert.Equal((false, $"{FileName}: read again after a change."), Assert.Single(_reports));
    }

    [Fact]
    public void A_file_that_cannot_be_used_after_a_change_does_not_count_and_is_reported_once()
    {
        using var files = Watched(Write("one"));
        Write("bad");
        files.Check();
        files.Check();

        Assert.Equal("one", files.Current);
        Assert.Equal("bad file What was read before the change still counts.", files.Notice);
        Assert.Equal((true, files.Notice), Assert.Single(_reports));

        Write("two");
        files.Check();
        Assert.Equal(("two", null), (files.Current, files.Notice));
        Assert.Equal((false, $"{FileName}: in order again."), _reports[^1]);
    }

    [Fact]
    public void A_file_that_is_gone_does_not_count()
    {
        using var files = Watched(Write("one"));
        File.Delete(FileName);
        files.Check();

        Assert.Equal("one", files.Current);
        Assert.Contains("there is no such file", files.Notice);
    }

    [Fact]
    public void A_link_whose_target_changes_is_a_change()
    {
        string target = Path.Combine(_directory, "target");
        File.WriteAllText(target, "one");
        File.CreateSymbolicLink(FileName, target);
        using var files = Watched(FileName);

        string other = Path.Combine(_directory, "other");
        File.WriteAllText(other, "two");
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(target));
        File.Delete(FileName);
        File.CreateSymbolicLink(FileName, other);
        files.Check();

        Assert.Equal("two", files.Current);
    }

    [Fact]
    public void A_mode_that_has_changed_is_a_change()
    {
        using var files = Watched(Write("one"));
        File.SetUnixFileMode(FileName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        files.Check();
        Assert.Single(_reports);
    }

    [Fact]
    public void What_is_to_be_said_of_the_content_is_said_when_it_changes()
    {
        using var files = Watched(Write("one"));
        _notice = "expires";
        files.Check();
        files.Check();
        Assert.Equal((true, "expires"), Assert.Single(_reports));
        Assert.Equal("expires", files.Notice);
    }

    [Fact]
    public void The_files_are_looked_at_again_and_again_until_the_end()
    {
        var time = new ManualTime();
        var files = Watched(Write("one"));
        files.Watch(time, TimeSpan.FromSeconds(10));

        Write("two");
        time.Tick();
        Assert.Equal((TimeSpan.FromSeconds(10), "two"), (time.Period, files.Current));

        files.Dispose();
        Assert.True(time.IsDisposed);
    }

    private string FileName => Path.Combine(_directory, "file");

    private string Write(string text)
    {
        File.WriteAllText(FileName, text);
        return FileName;
    }

    private WatchedFiles<string> Watched(string file) => new(
        [file],
        () =>
        {
            string text = System.Text.Encoding.UTF8.GetString(CertificateFile.Read(file));
            return text == "bad" ? throw new TlsFileException("bad file") : text;
        },
        _ => _notice,
        (isProblem, text) => _reports.Add((isProblem, text)));

    private sealed class ManualTime : TimeProvider, ITimer
    {
        private Action _tick = static () => { };

        public TimeSpan Period { get; private set; }

        public bool IsDisposed { get; private set; }

        public void Tick() => _tick();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_tick, Period) = (() => callback(state), period);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
