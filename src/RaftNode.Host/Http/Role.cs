using Microsoft.AspNetCore.Builder;

namespace RaftNode.Host.Http;

/// <summary>What a client may do. Each role may do what the roles before it may.</summary>
internal enum Role
{
    /// <summary>Nothing but what is open to anyone.</summary>
    Anyone,

    /// <summary>Reads keys, leases, members and the status.</summary>
    Read,

    /// <summary>Writes keys, leases and sessions.</summary>
    Write,

    /// <summary>Changes members, transfers the leadership, takes snapshots and backups.</summary>
    Admin,
}

/// <summary>
/// The role that an endpoint requires, in its metadata. Every endpoint has one: see
/// <see cref="EndpointRoles.RequireRole"/>.
/// </summary>
/// <param name="Role">The role.</param>
internal sealed record RequiredRole(Role Role);

/// <summary>Says which role an endpoint requires.</summary>
internal static class EndpointRoles
{
    /// <summary>Says which role an endpoint requires.</summary>
    public static T RequireRole<T>(this T endpoint, Role role)
        where T : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RequiredRole(role));
}
