namespace RaftActors.Tls;

/// <summary>A file with a certificate, a key or tokens cannot be used.</summary>
/// <param name="message">What is wrong with which file, and what to do.</param>
/// <param name="cause">The exception behind it.</param>
internal sealed class TlsFileException(string message, Exception? cause = null) : Exception(message, cause);
