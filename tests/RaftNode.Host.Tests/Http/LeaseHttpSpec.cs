using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RaftNode.Host.Commands;
using RaftNode.Host.Http;
using RaftNode.Host.Tests.Processes;

namespace RaftNode.Host.Tests.Http;

/// <summary>The leases of a group over HTTP.</summary>
public sealed class LeaseHttpSpec(SingleNodeFixture fixture) : IClassFixture<SingleNodeFixture>
{
    private readonly string _name = $"lease {Guid.NewGuid():N}";

    private string Url => fixture.Cluster.Urls[0];

    [Fact]
    public async Task A_lease_is_acquired_renewed_shown_and_released()
    {
        var acquired = await AcquireAsync("""{ "owner": "anna", "ttlSeconds": 30 }""");
        Assert.Equal((_name, "anna", 30.0), (acquired.Name, acquired.Owner, acquired.TtlSeconds));
        Assert.True(acquired.Token > 0);
        Assert.InRange(acquired.SecondsLeft, 1, 30);

        var renewed = await AcquireAsync($$"""{ "owner": "anna", "ttlSeconds": 60, "token": {{acquired.Token}} }""");
        Assert.Equal((acquired.Token, acquired.Process, 60.0), (renewed.Token, renewed.Process, renewed.TtlSeconds));

        var shown = await ReadAsync(await fixture.Cluster.Http.GetAsync(At()), HttpStatusCode.OK);
        Assert.Equal(("anna", acquired.Token), (shown.Owner, shown.Token));

        var released = await ReadAsync(await DeleteAsync("?owner=anna"), HttpStatusCode.OK);
        Assert.Equal(acquired.Token, released.Token);
        await ProblemAsync(
            await fixture.Cluster.Http.GetAsync(At()), HttpStatusCode.NotFound, "not-found", "Nobody holds");
    }

    [Fact]
    public async Task Another_owner_is_refused_and_told_who_has_the_lease()
    {
        var acquired = await AcquireAsync("""{ "owner": "anna", "ttlSeconds": 30 }""");

        await ProblemAsync(await PutAsync("""{ "owner": "ben", "ttlSeconds": 30 }"""),
            HttpStatusCode.Conflict, "lease-held", $"'anna' holds the lease '{_name}', with token {acquired.Token}");
        await ProblemAsync(await DeleteAsync("?owner=ben"), HttpStatusCode.Conflict, "lease-held", "'anna' holds");
    }

    [Fact]
    public async Task The_same_owner_gets_the_lease_again_with_a_higher_token()
    {
        var first = await AcquireAsync("""{ "owner": "anna", "ttlSeconds": 30 }""");
        var second = await AcquireAsync("""{ "owner": "anna", "ttlSeconds": 30 }""");

        Assert.True(second.Token > first.Token);
        await ProblemAsync(await PutAsync($$"""{ "owner": "anna", "ttlSeconds": 30, "token": {{first.Token}} }"""),
            HttpStatusCode.Conflict, "lease-lost", $"'anna' holds it now, with token {second.Token}");
    }

    [Fact]
    public async Task A_lease_that_is_over_is_neither_shown_nor_renewed_nor_released()
    {
        var acquired = await AcquireAsync("""{ "owner": "anna", "ttlSeconds": 0.05 }""");
        await Eventually.IsTrueAsync("the lease to be over", async () =>
        {
            using var shown = await fixture.Cluster.Http.GetAsync(At());
            return shown.StatusCode == HttpStatusCode.NotFound;
        });

        await ProblemAsync(await PutAsync($$"""{ "owner": "anna", "ttlSeconds": 30, "token": {{acquired.Token}} }"""),
            HttpStatusCode.Conflict, "lease-lost", "nobody holds it now");
        await ProblemAsync(await DeleteAsync("?owner=anna"), HttpStatusCode.NotFound, "not-found", "Nobody holds");
        await ProblemAsync(await DeleteAsync("?force=true"), HttpStatusCode.NotFound, "not-found", "Nobody holds");
    }

    [Fact]
    public async Task An_operator_takes_a_lease_away_but_not_that_of_a_later_holder()
    {
        var first = await AcquireAsync("""{ "owner": "anna", "ttlSeconds": 30 }""");
        var second = await AcquireAsync("""{ "owner": "anna", "ttlSeconds": 30 }""");

        await ProblemAsync(await DeleteAsync($"?force=true&token={first.Token}"),
            HttpStatusCode.NotFound, "not-found", $"with token {first.Token}");
        var taken = await ReadAsync(await DeleteAsync($"?force=true&token={second.Token}"), HttpStatusCode.OK);
        Assert.Equal(second.Token, taken.Token);
        Assert.Equal("ben", (await AcquireAsync("""{ "owner": "ben", "ttlSeconds": 30 }""")).Owner);
    }

    [Fact]
    public async Task All_leases_or_those_with_a_prefix_are_listed_in_the_order_of_their_names()
    {
        for (int i = 2; i >= 0; i--)
        {
            using var put = await fixture.Cluster.Http.PutAsync(
                At($"/{i}"), Body("""{ "owner": "o", "ttlSeconds": 30 }"""));
            Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        }

        var some = await ListAsync($"?prefix={Uri.EscapeDataString(_name)}");
        Assert.Equal([$"{_name}/0", $"{_name}/1", $"{_name}/2"], some.Select(static lease => lease.Name));
        var all = await ListAsync("");
        Assert.Superset(
            some.Select(static lease => lease.Name).ToHashSet(), all.Select(static lease => lease.Name).ToHashSet());
    }

    [Theory]
    [InlineData("""{ "owner": "", "ttlSeconds": 30 }""", "owner is missing or empty")]
    [InlineData("""{ "ttlSeconds": 30 }""", "owner is missing or empty")]
    [InlineData("""{ "owner": "anna" }""", "ttlSeconds is more than 0")]
    [InlineData("""{ "owner": "anna", "ttlSeconds": 0 }""", "ttlSeconds is more than 0")]
    [InlineData("""{ "owner": "anna", "ttlSeconds": 1e300 }""", "ttlSeconds is more than 0")]
    [InlineData("""{ "owner": "anna", "ttlSeconds": 30, "token": 0 }""", "token is the token")]
    [InlineData("""{ "owner": "anna", "ttlSeconds": "long" }""", "ttlSeconds")]
    [InlineData("""{ "owner": "anna", "ttlSeconds": 30, "wait": true }""", "wait")]
    [InlineData("", "cannot be read")]
    public async Task A_body_that_is_not_right_is_refused_with_what_to_do(string body, string said) =>
        await ProblemAsync(await PutAsync(body), HttpStatusCode.BadRequest, "bad-request", said);

    [Theory]
    [InlineData("", "owner=OWNER")]
    [InlineData("?owner=", "owner=OWNER")]
    [InlineData("?owner=a&force=true", "owner=OWNER")]
    [InlineData("?force=true&token=x", "token = x")]
    public async Task A_release_says_whose_lease_it_is_about(string query, string said) =>
        await ProblemAsync(await DeleteAsync(query), HttpStatusCode.BadRequest, "bad-request", said);

    [Fact]
    public async Task A_name_may_be_long_and_hold_slashes_but_not_be_empty()
    {
        string[] names = [$"{_name}/nodes-singleton-akka://nodes/user/a", new string('☃', 1000)];
        foreach (string name in names)
        {
            string url = $"{Url}/leases/{Uri.EscapeDataString(name)}";
            using var put = await fixture.Cluster.Http.PutAsync(url, Body("""{ "owner": "anna", "ttlSeconds": 30 }"""));
            Assert.Equal(name, (await ReadAsync(put, HttpStatusCode.OK)).Name);
            using var shown = await fixture.Cluster.Http.GetAsync(url);
            Assert.Equal(name, (await ReadAsync(shown, HttpStatusCode.OK)).Name);
            using var released = await fixture.Cluster.Http.DeleteAsync($"{url}?owner=anna");
            Assert.Equal(name, (await ReadAsync(released, HttpStatusCode.OK)).Name);
        }
        await ProblemAsync(await fixture.Cluster.Http.DeleteAsync($"{Url}/leases/?owner=anna"),
            HttpStatusCode.BadRequest, "bad-request", "is missing");
        await ProblemAsync(await fixture.Cluster.Http.GetAsync($"{Url}/leases/{new string('x', 5000)}"),
            HttpStatusCode.BadRequest, "bad-request", "the limit is 4096");
    }

    [Fact]
    public async Task The_commands_acquire_show_list_renew_and_release()
    {
        var acquired = await RunAsync("acquire", _name, "--owner", "anna");
        Assert.Equal(ExitCode.Done, acquired.Code);
        Assert.Matches("^token [0-9]+, [0-9.]+ s left$", acquired.Output);
        string token = acquired.Output.Split(' ', ',')[1];

        var other = await RunAsync("acquire", _name, "--owner", "ben");
        Assert.Equal(ExitCode.No, other.Code);
        Assert.Contains($"'anna' holds the lease '{_name}', with token {token}", Assert.Single(other.Errors));
        var renewed = await RunAsync("acquire", _name, "--owner", "anna", "--ttl", "60", "--token", token, "--json");
        var document = JsonSerializer.Deserialize(renewed.Output, HostJson.Default.LeaseDocument)!;
        Assert.Equal((token, 60.0), ($"{document.Token}", document.TtlSeconds));
        Assert.StartsWith($"{_name}  anna  token {token}  ", (await RunAsync("show", _name)).Output);
        Assert.Contains($"{_name}  anna", (await RunAsync("list", "--prefix", _name[..10])).Output);
        Assert.Equal("no leases are held", (await RunAsync("list", "--prefix", "none with this")).Output);

        Assert.Equal(ExitCode.No, (await RunAsync("release", _name, "--owner", "ben")).Code);
        Assert.Equal(ExitCode.No, (await RunAsync("release", _name, "--force", "--token", "1")).Code);
        var released = await RunAsync("release", _name, "--force");
        Assert.Equal($"released: anna had it, with token {token}", released.Output);
        Assert.Equal(ExitCode.No, (await RunAsync("release", _name, "--owner", "anna")).Code);
        Assert.Equal(ExitCode.No, (await RunAsync("show", _name)).Code);
    }

    [Theory]
    [InlineData("release", "lease")]
    [InlineData("release", "lease", "--owner", "anna", "--force")]
    [InlineData("acquire", "lease")]
    [InlineData("acquire", "", "--owner", "anna")]
    [InlineData("acquire", "lease", "--owner", "")]
    public async Task A_command_line_that_is_not_whole_is_refused(params string[] arguments)
    {
        var run = await RunAsync(arguments);

        Assert.Equal(ExitCode.NotDone, run.Code);
        Assert.NotEmpty(run.Errors);
    }

    private Task<(int Code, string Output, IReadOnlyList<string> Errors)> RunAsync(params string[] arguments) =>
        ProgramRun.ToEndAsync(["lease", .. arguments, "--url", Url]);

    private string At(string more = "") => $"{Url}/leases/{Uri.EscapeDataString(_name + more)}";

    private Task<HttpResponseMessage> PutAsync(string body) => fixture.Cluster.Http.PutAsync(At(), Body(body));

    private Task<HttpResponseMessage> DeleteAsync(string query) => fixture.Cluster.Http.DeleteAsync(At() + query);

    private async Task<LeaseDocument> AcquireAsync(string body) =>
        await ReadAsync(await PutAsync(body), HttpStatusCode.OK);

    private async Task<IReadOnlyList<LeaseDocument>> ListAsync(string query)
    {
        using var response = await fixture.Cluster.Http.GetAsync($"{Url}/leases{query}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync(HostJson.Default.LeasesDocument))!.Leases;
    }

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private static async Task<LeaseDocument> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {body}");
        return JsonSerializer.Deserialize(body, HostJson.Default.LeaseDocument)!;
    }

    private static async Task ProblemAsync(
        HttpResponseMessage response, HttpStatusCode expected, string type, string said)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {body}");
        using var problem = JsonDocument.Parse(body);
        Assert.Equal($"urn:raftnode:{type}", problem.RootElement.GetProperty("type").GetString());
        Assert.Contains(said, problem.RootElement.GetProperty("detail").GetString());
    }
}
