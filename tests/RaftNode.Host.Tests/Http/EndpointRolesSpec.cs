using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

public sealed partial class EndpointRolesSpec
{
    [Fact]
    public async Task Every_endpoint_says_which_role_it_requires_and_so_does_the_page_about_HTTP()
    {
        using var directory = new TemporaryDirectory();
        await using var node = await OneNode.StartAsync(directory);

        Assert.NotEmpty(node.Endpoints);
        Assert.All(node.Endpoints, static endpoint =>
            Assert.True(endpoint.Metadata.GetMetadata<RequiredRole>() is not null,
                $"{((RouteEndpoint)endpoint).RoutePattern.RawText} has no role: add RequireRole."));
        Assert.Equal(OnPage(), node.Endpoints.OfType<RouteEndpoint>().SelectMany(InCode).Order());
    }

    // The table of requests and roles.
    private static IEnumerable<string> OnPage()
    {
        var page = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "docs", "HTTP.md"));
        return page.SkipWhile(static line => line != "| request | role |").Skip(2)
            .TakeWhile(static line => line.StartsWith('|'))
            .Select(static line => line.Split('|'))
            .SelectMany(static cells => Request().Matches(cells[1])
                .Select(match => $"{match.Groups["request"].Value}: {cells[2].Split(',')[0].Trim()}"))
            .Order();
    }

    private static IEnumerable<string> InCode(RouteEndpoint endpoint)
    {
        var path = endpoint.RoutePattern.RawText!.Replace("{**", "{");
        var role = endpoint.Metadata.GetMetadata<RequiredRole>()!.Role;
        return (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            .Where(static method => method != "HEAD")
            .Select(method =>
                $"{method} {path}: {(role == Role.Anyone ? "open" : role.ToString().ToLowerInvariant())}");
    }

    [GeneratedRegex("`(?<request>[A-Z]+ [^`]+)`")]
    private static partial Regex Request();
}
