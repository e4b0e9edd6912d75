using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace RaftActors.Tls;

/// <summary>
/// What was read from files. The files are read again when they change. What was read last stays as long as the files
/// cannot be used.
/// </summary>
/// <typeparam name="T">What is read from the files.</typeparam>
/// <remarks>
/// A change is found by the content and the mode of the files, and not by their times: where a file is a link, a change
/// of its target does not change the time of the link.
/// </remarks>
internal sealed class WatchedFiles<T> : IDisposable
    where T : class
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<string> _paths;
    private readonly Func<T> _load;
    private readonly Func<T, string?> _noticeOf;
    private readonly Action<bool, string> _report;
    private volatile T _current;
    private volatile string? _problem;
    private string _fingerprint;
    private string? _reported;
    private ITimer? _timer;

    /// <summary>Reads the files for the first time.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="load">Reads them.</param>
    /// <param name="noticeOf">
    /// What is to be said about that which was read, for example that it is about to expire; <c>null</c> for nothing.
    /// </param>
    /// <param name="report">
    /// Told when the files were read again, when there is something else to be said, and when there is nothing more.
    /// The argument says whether it is a problem.
    /// </param>
    /// <exception cref="TlsFileException">The files cannot be used.</exception>
    public WatchedFiles(IReadOnlyList<string> paths, Func<T> load, Func<T, string?> noticeOf,
        Action<bool, string> report)
    {
        (_paths, _load, _noticeOf, _report) = (paths, load, noticeOf, report);
        _fingerprint = Fingerprint();
        _current = load();
    }

    /// <summary>What was read last.</summary>
    public T Current => _current;

    /// <summary>
    /// What is to be said: why the files cannot be used since they have changed, or that what was read is about to
    /// expire; <c>null</c> for nothing.
    /// </summary>
    public string? Notice => _problem ?? _noticeOf(_current);

    /// <summary>Looks at the files again and again.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="interval">How often to look.</param>
    public void Watch(TimeProvider time, TimeSpan interval)
    {
        Check();
        _timer = time.CreateTimer(static files => ((WatchedFiles<T>)files!).Check(), this, interval, interval);
    }

    /// <summary>Looks at the files now.</summary>
    public void Check()
    {
        lock (_gate)
        {
            string fingerprint = Fingerprint();
            // Files that could not be used are tried again, because the cause may lie outside of them.
            if (fingerprint != _fingerprint || _problem is not null)
                Load(fingerprint);
            string? notice = Notice;
            if (notice == _reported)
                return;
            if (notice is not null)
                _report(true, notice);
            else
                _report(false, $"{string.Join(", ", _paths)}: in order again.");
            _reported = notice;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Load(string fingerprint)
    {
        try
        {
            _current = _load();
            _problem = null;
            _fingerprint = fingerprint;
            _report(false, $"{string.Join(", ", _paths)}: read again after a change.");
        }
        catch (TlsFileException problem)
        {
            _problem = $"{problem.Message} What was read before the change still counts.";
        }
    }

    private string Fingerprint() => string.Join(' ', _paths.Select(Fingerprint));

    private static string Fingerprint(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return $"{ModeOf(file.SafeFileHandle)}:{Convert.ToHexString(SHA256.HashData(file))}";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return problem.GetType().Name;
        }
    }

    private static UnixFileMode ModeOf(SafeFileHandle file) =>
        OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(file);
}
