using Microsoft.AspNetCore.Builder;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Listening;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleTests.Access;

public sealed class AccessRuleTests
{
    [Fact]
    public async Task An_endpoint_that_does_not_say_who_may_call_it_stops_the_start()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        var routes = app.MapGroup("").WithMetadata(ConsoleEndpoint.Instance);
        routes.MapGet("/told", static () => "").ForRole(AccessRole.Viewer);
        AccessRule.EnsureEverywhere(app).Count.ShouldBe(1);

        routes.MapGet("/untold", static () => "");

        Should.Throw<InvalidOperationException>(() => AccessRule.EnsureEverywhere(app)).Message.ShouldContain("/untold does not say who may call it");
    }

    [Fact]
    public async Task An_endpoint_that_says_it_twice_stops_the_start()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        var group = app.MapGroup("").WithMetadata(ConsoleEndpoint.Instance).AllowAnyone();
        group.MapDelete("/twice", static () => "").ForRole(AccessRole.Admin);

        Should.Throw<InvalidOperationException>(() => AccessRule.EnsureEverywhere(app)).Message.ShouldContain("more than once");
    }
}
