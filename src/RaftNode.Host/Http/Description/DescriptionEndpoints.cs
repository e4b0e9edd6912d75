using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RaftNode.Host.Http.Description;

/// <summary><c>GET /openapi.json</c>: describes what the node serves, in OpenAPI 3.1.</summary>
/// <remarks>
/// The file docs/openapi.json is written from the metadata of the endpoints (<see cref="Operation"/>), and is a part of
/// the program.
/// </remarks>
internal sealed class DescriptionEndpoints
{
    private const string Resource = "RaftNode.Host.openapi.json";

    /// <summary>Adds the endpoint.</summary>
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods("/openapi.json", ["GET", "HEAD"], WriteAsync)
            .RequireRole(Role.Anyone)
            .Describe(NodeOperations.Describe);

    private static async Task WriteAsync(HttpContext context)
    {
        await using var document = typeof(DescriptionEndpoints).Assembly.GetManifestResourceStream(Resource)!;
        context.Response.ContentType = MediaTypeNames.Application.Json;
        context.Response.ContentLength = document.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
