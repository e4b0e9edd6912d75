using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using RaftNode.Host.Configuration;
using RaftNode.Host.Http;

namespace RaftNode.Host.Access;

/// <summary>Refuses requests of clients that do not have the role of the endpoint.</summary>
/// <param name="settings">Which certificates have which role.</param>
/// <param name="isInsecure">Whether tokens are accepted without TLS, too.</param>
/// <param name="tokens">The tokens at this moment; <c>null</c> if there are none.</param>
internal sealed class AccessControl(AccessSettings settings, bool isInsecure, Func<TokenTable?> tokens)
{
    private const string Scheme = "Bearer";
    private const string Challenge = "Bearer realm=\"raftnode\"";

    /// <summary>Passes a request on, or refuses it.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Routing answers a path or method that does not exist with an endpoint of its own, or with none.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
            return next(context);
        // An endpoint that says nothing is for nobody but administrators.
        var required = endpoint.Metadata.GetMetadata<RequiredRole>()?.Role ?? Role.Admin;
        return required == Role.Anyone || Refusal(context, required) is not { } refusal
            ? next(context)
            : Problems.WriteAsync(context, refusal);
    }

    private ProblemHttpResult? Refusal(HttpContext context, Role required)
    {
        var (name, role, problem) = Client(context);
        if (problem is not null)
        {
            context.Response.Headers.WWWAuthenticate =
                name is null ? Challenge : $"{Challenge}, error=\"invalid_token\"";
            return Problems.Unauthorized(problem);
        }
        return role >= required ? null : Problems.Forbidden(
            $"{context.Request.Method} {context.Request.Path} needs the role {Name(required)}, and {name} has the role "
            + $"{Name(role)}.");
    }

    // Who the client is, and its role; or why nobody knows. With a token that is not accepted there is a name, too.
    private (string? Name, Role Role, string? Problem) Client(HttpContext context)
    {
        string header = context.Request.Headers.Authorization.ToString();
        if (header.Length > 0)
            return OfToken(context, header);
        if (context.Connection.ClientCertificate is not { } certificate)
        {
            return (null, Role.Anyone, "This request needs a token: Authorization: Bearer TOKEN."
                + (settings.HasCertificates ? " Or the connection needs a client certificate that has a role." : ""));
        }
        return settings.RoleOf(certificate.Subject) is { } role
            ? (certificate.Subject, role, null)
            : (null, Role.Anyone, $"The client certificate {certificate.Subject} has no role here: "
                + "raftnode.http.access.certificates names the subjects that have one. A token gives a role, too.");
    }

    private (string? Name, Role Role, string? Problem) OfToken(HttpContext context, string header)
    {
        if (!header.StartsWith(Scheme + " ", StringComparison.OrdinalIgnoreCase))
            return (null, Role.Anyone, "The header Authorization has the form Bearer TOKEN here.");
        if (!context.Request.IsHttps && !isInsecure && !IsLocal(context.Connection.RemoteIpAddress))
        {
            return ("", Role.Anyone, "A token is not accepted without TLS, because others may have read it on its "
                + "way. Take this token out of the file of tokens, and use https.");
        }
        var token = header[(Scheme.Length + 1)..].Trim();
        return tokens()?.Find(token) is { } found
            ? (found.Name, found.Role, null)
            : ("", Role.Anyone, "The token is not one of those that this node knows, or no longer.");
    }

    private static bool IsLocal(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);

    private static string Name(Role role) => role.ToString().ToLowerInvariant();
}
