using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Describing;
using TrackHub.ConsoleApi.Performance.Asking;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.ConsoleApi.Performance.Mocking;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Performance.Configuring;

/// <summary>A brand's ad accounts, and what it wants of The Sentry.</summary>
internal static class ConfigEndpoints
{
    /// <summary>Maps <c>GET</c> and <c>PUT /config</c>.</summary>
    public static void MapConfig(this IEndpointRouteBuilder performance)
    {
        performance.MapGet("/config", GetAsync)
            .Describe("GetPerformanceConfig", "Shows a brand's ad accounts and Sentry settings.", Problems.Malformed("No brand is named."), Problems.NotFound, MockFilter.NotAllowed)
            .WithDescription("Keys are never shown, not sealed either: encryptedApiKey is *** where one is kept, and empty where none is.")
            .Produces<PerformanceConfig>()
            .ForRole(AccessRole.Admin)
            .AnswersMock(static call => Asked.TryBrand(call.GetArgument<string?>(0), out var brand, out var problem) ? Answer(MockConfigs.Of(brand)) : problem);
        performance.MapPut("/config", PutAsync)
            .Describe(
                "PutPerformanceConfig", "Puts a brand's ad accounts and Sentry settings in place.", Problems.Malformed("A member, with its value and the remedy."), Problems.NotFound,
                ConfigDesk.KeyRefused("The platform does not take the key, and nothing was changed."), Problems.ContentType, Problems.TooLarge, MockFilter.NotAllowed)
            .WithDescription(
                "Replaces the whole of it: an ad account that is left out of integrations is disconnected and its key forgotten. A new key goes into apiKey; its platform is asked, and only what it takes "
                + "is kept, sealed. Without apiKey the kept key stays, so what was got can be sent back changed.")
            .Produces<PerformanceConfig>()
            .ForRole(AccessRole.Admin)
            .AnswersMock(Mock);
    }

    /// <summary>Shows it.</summary>
    /// <returns>200 the configuration; 400 no brand named; 404 no such brand of the caller's tenant.</returns>
    internal static async Task<IResult> GetAsync([FromQuery, Description("One of your brands. Required.")] string? brandId, Caller caller, ConfigDesk desk, CancellationToken aborted)
    {
        if (!Asked.TryBrand(brandId, out var brand, out var problem))
            return problem;
        return await desk.FindAsync(caller, brand, aborted) is { } config ? Answer(config) : Problems.NotFound;
    }

    /// <summary>Puts it in place.</summary>
    /// <returns>200 the configuration as it now is; 400 a member; 404 no such brand of the caller's tenant; 422 the platform does not take the key.</returns>
    internal static async Task<IResult> PutAsync(ConfigChange change, Caller caller, ConfigDesk desk, CancellationToken aborted)
    {
        if (!Asked.TryBrand(change.BrandId, out var brand, out var problem))
            return problem;
        if (await desk.FindAsync(caller, brand, aborted) is null)
            return Problems.NotFound;
        if (!change.TryRead(out var settings, out var accounts, out problem))
            return problem;
        return await desk.PutAsync(caller, brand, settings, accounts, aborted) is { } fault ? fault : Answer((await desk.FindAsync(caller, brand, aborted))!);
    }

    private static IResult Mock(EndpointFilterInvocationContext call)
    {
        var change = call.Arguments.OfType<ConfigChange>().Single();
        return Asked.TryBrand(change.BrandId, out var brand, out var problem) && change.TryRead(out var settings, out _, out problem)
            ? Answer(MockConfigs.Of(brand) with { SentrySettings = settings })
            : problem;
    }

    private static IResult Answer(PerformanceConfig config) => Results.Json(config, PerformanceJson.Default.PerformanceConfig);
}
