using System.Globalization;

namespace Akka.Actor;

public sealed class Address : IEquatable<Address>, IComparable<Address>
{
    private string? _text;

    public Address(string protocol, string system, string? host = null, int? port = null)
    {
        Protocol = protocol;
        System = system;
        Host = host?.ToLowerInvariant();
        Port = port;
    }

    public string Protocol { get; }

    public string System { get; }

    public string? Host { get; }

    public int? Port { get; }

    public bool HasLocalScope => string.IsNullOrEmpty(Host);

    public bool HasGlobalScope => !string.IsNullOrEmpty(Host);

    public static bool operator ==(Address? left, Address? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(Address? left, Address? right) => !(left == right);

    public Address WithProtocol(string protocol) => new(protocol, System, Host, Port);

    public Address WithSystem(string system) => new(Protocol, system, Host, Port);

    public Address WithHost(string? host = null) => new(Protocol, System, host, Port);

    public Address WithPort(int? port = null) => new(Protocol, System, Host, port);

    /// <summary>The address without its protocol: <c>system@host:port</c>.</summary>
    public string HostPort() => ToString()[(Protocol.Length + 3)..];

    public override string ToString() => _text ??= this switch
    {
        { HasLocalScope: true } => $"{Protocol}://{System}",
        { Port: { } port } => string.Create(CultureInfo.InvariantCulture, $"{Protocol}://{System}@{Host}:{port}"),
        _ => $"{Protocol}://{System}@{Host}",
    };

    public bool Equals(Address? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Port == other.Port && Host == other.Host && System == other.System && Protocol == other.Protocol);

    public override bool Equals(object? obj) => Equals(obj as Address);

    public override int GetHashCode() => HashCode.Combine(Protocol, System, Host, Port);

    public int CompareTo(Address? other)
    {
        if (other is null)
            return 1;
        var result = string.CompareOrdinal(Protocol, other.Protocol);
        if (result == 0)
            result = string.CompareOrdinal(System, other.System);
        if (result == 0)
            result = string.CompareOrdinal(Host ?? "", other.Host ?? "");
        return result != 0 ? result : (Port ?? 0).CompareTo(other.Port ?? 0);
    }

    public static Address Parse(string address) =>
        TryParse(address, out var parsed) ? parsed! : throw new UriFormatException($"Cannot parse an address: {address}");

    public static bool TryParse(string path, out Address? address) => TryParse(path.AsSpan(), out address, out _);

    public static bool TryParse(ReadOnlySpan<char> span, out Address? address) => TryParse(span, out address, out _);

    /// <summary>Splits <c>protocol://system@host:port/rest</c> or <c>protocol://system/rest</c>; only protocols that begin with "akka" are addresses.</summary>
    public static bool TryParse(ReadOnlySpan<char> span, out Address? address, out ReadOnlySpan<char> absolutUri)
    {
        address = null;
        absolutUri = default;
        var colon = span.IndexOf(':');
        if (colon is < 4 or > 255 || !span[..colon].StartsWith("akka", StringComparison.OrdinalIgnoreCase) || !span[(colon + 1)..].StartsWith("//"))
            return false;
        var protocol = span[..colon].ToString().ToLowerInvariant();
        span = span[(colon + 3)..];
        var slash = span.IndexOf('/');
        absolutUri = slash < 0 ? "/" : span[slash..];
        if (slash >= 0)
            span = span[..slash];
        var at = span.IndexOf('@');
        if (at < 0)
        {
            address = new Address(protocol, span.ToString());
            return true;
        }
        var system = span[..at].ToString();
        span = span[(at + 1)..];
        // An IPv6 host stands in brackets and has colons of its own.
        var hostEnd = span.StartsWith("[") ? span.IndexOf(']') + 1 : span.IndexOf(':');
        if (hostEnd <= 0 || hostEnd >= span.Length || span[hostEnd] != ':')
            return false;
        if (!int.TryParse(span[(hostEnd + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        address = new Address(protocol, system, span[..hostEnd].ToString(), port);
        return true;
    }
}
