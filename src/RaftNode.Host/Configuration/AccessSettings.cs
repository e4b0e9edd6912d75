using Akka.Configuration;
using RaftActors;
using RaftNode.Host.Http;

namespace RaftNode.Host.Configuration;

/// <summary>The section <c>raftnode.http.access</c>.</summary>
internal sealed record AccessSettings
{
    private const string Section = "raftnode.http.access";

    /// <summary>The file with the tokens; <c>null</c> if there are none.</summary>
    public string? Tokens { get; init; }

    /// <summary>The subjects of client certificates, each with its role.</summary>
    public IReadOnlyDictionary<string, Role> Certificates { get; init; } = new Dictionary<string, Role>();

    /// <summary>The role for <c>/health</c>.</summary>
    public Role Health { get; init; } = Role.Anyone;

    /// <summary>The role for <c>/metrics</c>.</summary>
    public Role Metrics { get; init; } = Role.Read;

    /// <summary>Whether clients need roles.</summary>
    public bool IsOn => Tokens is not null || HasCertificates;

    /// <summary>Whether certificates have roles.</summary>
    public bool HasCertificates => Certificates.Count > 0;

    /// <summary>The role of a client certificate; <c>null</c> if it has none.</summary>
    /// <param name="subject">The subject of the certificate, such as <c>CN=ops</c>.</param>
    public Role? RoleOf(string subject) => Certificates.TryGetValue(subject, out var role) ? role : null;

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingException">A value is not usable. The message names its key.</exception>
    public static AccessSettings From(Config config)
    {
        var certificates = new Dictionary<string, Role>(StringComparer.Ordinal);
        foreach (var role in new[] { Role.Read, Role.Write, Role.Admin })
        {
            string key = $"{Section}.certificates.{role.ToString().ToLowerInvariant()}";
            foreach (string subject in config.Texts(key))
            {
                if (string.IsNullOrWhiteSpace(subject))
                    throw HoconValues.Bad(config, key, "a list of subjects, such as [ \"CN=ops\" ]");
                if (!certificates.TryAdd(subject, role))
                    throw new SettingException(key, $"{key} has {subject}, which has another role, too.");
            }
        }
        return new AccessSettings
        {
            Tokens = TlsSettings.File(config, $"{Section}.tokens"),
            Certificates = certificates,
            Health = RoleAt(config, $"{Section}.health"),
            Metrics = RoleAt(config, $"{Section}.metrics"),
        };
    }

    private static Role RoleAt(Config config, string key) => config.GetString(key, "") switch
    {
        "open" => Role.Anyone,
        "read" => Role.Read,
        "write" => Role.Write,
        "admin" => Role.Admin,
        _ => throw HoconValues.Bad(config, key, "open, read, write or admin"),
    };
}
