using System.Globalization;
using System.Text;

namespace Akka.Actor;

/// <summary>Where an actor is: the address of its system and the names from the root down. The uid tells incarnations apart and takes no part in equality.</summary>
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    public const string ValidSymbols = "\"-_.*$+:@&=,!~';()";

    private string? _withoutAddress;
    private string? _withAddress;
    private string? _withUid;
    private readonly int _hash;

    private protected ActorPath(Address address, ActorPath? parent, string name, long uid)
    {
        Address = address;
        Parent = parent;
        Depth = parent is null ? 0 : parent.Depth + 1;
        Name = name;
        Uid = uid;
        // From the parent's and not by asking all ancestors in turn: how many there are may be a peer's choice, and the stack is not endless.
        _hash = HashCode.Combine(parent is null ? address.GetHashCode() : parent._hash, name);
    }

    public Address Address { get; }

    public string Name { get; }

    public long Uid { get; }

    public int Depth { get; }

    /// <summary>Kept for remoting: the path in UTF-8, with the address that other systems know.</summary>
    internal byte[]? RemoteForm { get; set; }

    /// <summary>Null above the root.</summary>
    public ActorPath Parent { get => field!; }

    public ActorPath Root => ParentOf(0);

    /// <summary>The names from below the root down to this one.</summary>
    public IReadOnlyList<string> Elements
    {
        get
        {
            var elements = new string[Depth];
            for (var p = this; p.Depth > 0; p = p.Parent)
                elements[p.Depth - 1] = p.Name;
            return elements;
        }
    }

    public static ActorPath operator /(ActorPath path, string name)
    {
        var (bare, uid) = SplitNameAndUid(name);
        return new ChildActorPath(path, bare, uid);
    }

    public static ActorPath operator /(ActorPath path, IEnumerable<string> name) =>
        name.Where(element => element.Length > 0).Aggregate(path, (parent, element) => parent / element);

    public static bool operator ==(ActorPath? left, ActorPath? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ActorPath? left, ActorPath? right) => !(left == right);

    public ActorPath Child(string childName) => this / childName;

    /// <summary>The ancestor at this depth; a negative depth counts from here up.</summary>
    public ActorPath ParentOf(int depth)
    {
        var target = Math.Max(0, depth >= 0 ? depth : Depth + depth);
        var path = this;
        while (path.Depth > target)
            path = path.Parent;
        return path;
    }

    public ActorPath WithUid(long uid)
    {
        if (Depth == 0)
            return uid == 0 ? this : throw new NotSupportedException("RootActorPath must have undefined Uid");
        return uid == Uid ? this : new ChildActorPath(Parent, Name, uid);
    }

    public string ToStringWithoutAddress() => _withoutAddress ??= Join("");

    public override string ToString() => _withAddress ??= Join(Address.ToString());

    public string ToStringWithAddress() => ToString();

    /// <summary>With the given address if this path is local, else with its own.</summary>
    public string ToStringWithAddress(Address address) => Address.Host is not null && Address.Port.HasValue ? ToString() : Join(address.ToString());

    public string ToStringWithUid() => _withUid ??= WithUidSuffix(ToString());

    public string ToSerializationFormat() => ToStringWithUid();

    public string ToSerializationFormatWithAddress(Address address) => WithUidSuffix(ToStringWithAddress(address));

    public bool Equals(ActorPath? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || Depth != other.Depth || _hash != other._hash || !Address.Equals(other.Address))
            return false;
        ActorPath a = this, b = other;
        while (a.Depth > 0)
        {
            if (ReferenceEquals(a, b))
                return true;
            if (a.Name != b.Name)
                return false;
            a = a.Parent;
            b = b.Parent;
        }
        return a.Name == b.Name;
    }

    public override bool Equals(object? obj) => Equals(obj as ActorPath);

    public override int GetHashCode() => _hash;

    public int CompareTo(ActorPath? other) => other is null ? 1 : string.CompareOrdinal(ToString(), other.ToString());

    /// <summary>What an actor may be called: not empty, no leading '$', ASCII letters, digits, <see cref="ValidSymbols"/> and percent-encoded bytes.</summary>
    public static bool IsValidPathElement(string s)
    {
        if (string.IsNullOrEmpty(s) || s[0] == '$')
            return false;
        for (var i = 0; i < s.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(s[i]) || ValidSymbols.Contains(s[i], StringComparison.Ordinal))
                continue;
            if (s[i] != '%' || i + 2 >= s.Length || !char.IsAsciiHexDigit(s[i + 1]) || !char.IsAsciiHexDigit(s[i + 2]))
                return false;
            i += 2;
        }
        return true;
    }

    public static ActorPath Parse(string path) => TryParse(path, out var parsed) ? parsed! : throw new UriFormatException($"Can not parse an ActorPath: {path}");

    public static bool TryParse(string path, out ActorPath? actorPath)
    {
        actorPath = null;
        return Address.TryParse(path, out var address, out var rest) && TryParse(new RootActorPath(address!), rest, out actorPath);
    }

    public static bool TryParse(ActorPath basePath, string absoluteUri, out ActorPath? actorPath) => TryParse(basePath, absoluteUri.AsSpan(), out actorPath);

    /// <summary>Appends the elements of a path to another; a "#uid" may end it.</summary>
    public static bool TryParse(ActorPath basePath, ReadOnlySpan<char> absoluteUri, out ActorPath? actorPath)
    {
        actorPath = null;
        var uid = 0L;
        var hash = absoluteUri.LastIndexOf('#');
        if (hash >= 0)
        {
            if (!long.TryParse(absoluteUri[(hash + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out uid))
                return false;
            absoluteUri = absoluteUri[..hash];
        }
        var path = basePath;
        while (!absoluteUri.IsEmpty)
        {
            var slash = absoluteUri.IndexOf('/');
            var name = slash < 0 ? absoluteUri : absoluteUri[..slash];
            absoluteUri = slash < 0 ? default : absoluteUri[(slash + 1)..];
            if (!name.IsEmpty)
                path = new ChildActorPath(path, name.ToString(), absoluteUri.IsEmpty ? uid : 0);
        }
        actorPath = path;
        return true;
    }

    /// <summary>"/a/b" out of "a" and "b".</summary>
    public static string FormatPathElements(IEnumerable<string> pathElements) => "/" + string.Join('/', pathElements);

    internal static (string Name, long Uid) SplitNameAndUid(string name)
    {
        var hash = name.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? (name, 0) : (name[..hash], long.Parse(name.AsSpan(hash + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    private string WithUidSuffix(string path) => Uid == 0 ? path : path + "#" + Uid.ToString(CultureInfo.InvariantCulture);

    private string Join(string prefix)
    {
        if (Depth == 0)
            return prefix + "/";
        var builder = new StringBuilder(prefix, 64);
        foreach (var element in Elements)
            builder.Append('/').Append(element);
        return builder.ToString();
    }
}
