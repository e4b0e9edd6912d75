namespace RaftActors.Tls;

/// <summary>The files with what one side of TLS needs.</summary>
/// <param name="Certificate">
/// The own certificate: a PEM file with the certificate first and its chain after it, or a PFX file (.pfx or .p12).
/// </param>
/// <param name="Key">
/// The PEM file with the private key of the certificate; <c>null</c> if the file of the certificate has it.
/// </param>
/// <param name="Password">The password of the PFX file or of the key; <c>null</c> for none.</param>
/// <param name="Authority">
/// The PEM file with the certificate authorities of the other side; <c>null</c> if the other side needs none.
/// </param>
internal sealed record TlsFiles(string Certificate, string? Key, string? Password, string? Authority)
{
    /// <summary>The names of all files.</summary>
    public IReadOnlyList<string> All =>
        [.. new[] { Certificate, Key, Authority }.OfType<string>()];
}
