using System.Net;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleTests.Access;

[Collection(ConsoleCollection.Name)]
public sealed class ApiKeyTests(ConsoleFixture console)
{
    private ConsoleHost Host => console.Host;

    [Fact]
    public async Task A_key_says_whose_it_is_and_needs_no_token_for_changes()
    {
        var tenant = await console.TenantAsync();

        var (answer, body) = await AskAsync(HttpMethod.Get, tenant.Keys[AccessRole.Operator]);

        (answer, body.GetProperty("tenantId").GetString(), body.GetProperty("role").GetString()).ShouldBe((HttpStatusCode.OK, tenant.Brand.TenantId, "operator"));
        (await AskAsync(HttpMethod.Delete, tenant.Keys[AccessRole.Operator])).Status.ShouldBe(HttpStatusCode.NoContent);
        (await Host.Admin.ListApiKeysAsync()).Single(k => k.TenantId == tenant.Brand.TenantId && k.Role == "operator").LastUsedAt.ShouldNotBeNull();
    }

    [Fact]
    public async Task While_a_key_is_replaced_both_are_valid_and_then_the_new_one_alone()
    {
        var tenant = await console.TenantAsync();
        var former = tenant.Keys[AccessRole.Viewer];
        var id = (await Host.Admin.ListApiKeysAsync()).Single(k => k.TenantId == tenant.Brand.TenantId && k.Role == "viewer").Id;

        var current = (await Host.Admin.RotateApiKeyAsync(id)).Shown;

        (await AskAsync(HttpMethod.Get, former)).Status.ShouldBe(HttpStatusCode.OK);
        (await AskAsync(HttpMethod.Get, current)).Status.ShouldBe(HttpStatusCode.OK);
        await Host.ExecuteAsync($"update api_keys set previous_expires_at = now() where id = '{id}'");
        (await AskAsync(HttpMethod.Get, former)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(HttpMethod.Get, current)).Status.ShouldBe(HttpStatusCode.OK);

        // A third one ends the first, whatever its overlap.
        var newest = (await Host.Admin.RotateApiKeyAsync(id, TimeSpan.Zero)).Shown;
        (await AskAsync(HttpMethod.Get, current)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(HttpMethod.Get, newest)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_removed_key_is_none_and_its_name_is_free()
    {
        var tenant = await console.TenantAsync();
        var row = (await Host.Admin.ListApiKeysAsync()).Single(k => k.TenantId == tenant.Brand.TenantId && k.Role == "admin");

        await Host.Admin.RemoveApiKeyAsync(row.Id);

        (await AskAsync(HttpMethod.Get, tenant.Keys[AccessRole.Admin])).Status.ShouldBe(HttpStatusCode.Unauthorized);
        await Host.Admin.AddApiKeyAsync(tenant.Brand.TenantId, row.Name, AccessRole.Admin);
        (await Should.ThrowAsync<AdminException>(() => Host.Admin.RotateApiKeyAsync(row.Id))).Message.ShouldContain("no API key");
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer tha_0000000000000000000000000000000000000000")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task What_is_no_key_lets_nobody_in_even_beside_a_good_cookie(string authorization)
    {
        var tenant = await console.TenantAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/session").As(tenant.Sessions[AccessRole.Admin]);
        request.Headers.TryAddWithoutValidation("Authorization", authorization).ShouldBeTrue();

        var (answer, body) = await Host.SendAsync(request);

        (answer.StatusCode, body.GetProperty("code").GetString()).ShouldBe((HttpStatusCode.Unauthorized, "unauthenticated"));
        answer.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Bearer");
    }

    private async Task<(HttpStatusCode Status, System.Text.Json.JsonElement Body)> AskAsync(HttpMethod method, Secret<string> key)
    {
        var (answer, body) = await Host.SendAsync(new HttpRequestMessage(method, "/api/v1/session").WithKey(key));
        return (answer.StatusCode, body);
    }
}
