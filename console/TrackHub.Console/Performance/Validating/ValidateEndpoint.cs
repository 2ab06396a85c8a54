using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Database;
using TrackHub.ConsoleApi.Describing;
using TrackHub.ConsoleApi.Performance.Asking;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.ConsoleApi.Performance.Mocking;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Performance.Validating;

/// <summary>A key that somebody wants to know about before it is kept.</summary>
/// <param name="BrandId">One of your brands.</param>
/// <param name="Platform">meta_ads or google_ads.</param>
/// <param name="ApiKey">The key; kept nowhere.</param>
/// <param name="AccountId">The ad account it is for.</param>
internal sealed record ValidateRequest(string? BrandId, string? Platform, Secret<string>? ApiKey, string? AccountId);

/// <summary>Checks a key before it is kept.</summary>
internal static class ValidateEndpoint
{
    /// <summary>Maps <c>POST /integrations/validate</c>.</summary>
    public static void MapValidation(this IEndpointRouteBuilder performance) => performance.MapPost("/integrations/validate", PostAsync)
        .Describe(
            "ValidatePerformanceIntegration", "Asks a platform whether it takes a key.", Problems.Malformed("What is no brand, platform, account or key."), Problems.NotFound, Problems.ContentType, Problems.TooLarge,
            MockFilter.NotAllowed)
        .WithDescription("Calls the platform with the key, and keeps neither. success is false where the platform refuses it, and where it does not answer in time; message says which.")
        .Produces<KeyValidation>()
        .ForRole(AccessRole.Admin)
        .AnswersMock(Mock);

    /// <summary>Asks the platform.</summary>
    /// <returns>200 what it said, yes or no; 400 what is given is no key or account; 404 no such brand of the caller's tenant.</returns>
    internal static async Task<IResult> PostAsync(ValidateRequest request, Caller caller, TenantDatabase database, KeyCheck check, CancellationToken aborted)
    {
        if (!Asked.TryBrand(request.BrandId, out var brandId, out var problem))
            return problem;
        if (await database.RunAsync(caller, tenant => BrandView.FindAsync(tenant, brandId, aborted), aborted) is null)
            return Problems.NotFound;
        if (!TryRead(request, out var account, out problem))
            return problem;

        var said = await check.AskAsync(account, aborted);
        return Answer(new(said.Success, said.Message));
    }

    private static IResult Mock(EndpointFilterInvocationContext call)
    {
        var request = call.Arguments.OfType<ValidateRequest>().Single();
        return Asked.TryBrand(request.BrandId, out _, out var problem) && TryRead(request, out var account, out problem)
            ? Answer(new(Success: true, $"Made up: {account.Platform} was not asked about {account.AccountId}."))
            : problem;
    }

    private static bool TryRead(ValidateRequest request, [NotNullWhen(true)] out AccountKey? account, [NotNullWhen(false)] out Problem? problem)
    {
        account = null;
        if (request.Platform is not { } platform || !AdPlatformNames.All.Contains(platform))
        {
            problem = Problems.Malformed($"platform {(string.IsNullOrEmpty(request.Platform) ? "is missing" : $"is '{Asked.Shown(request.Platform)}'")}: give one of {string.Join(", ", AdPlatformNames.All)}.");
            return false;
        }

        return AccountKey.TryRead(platform, request.AccountId, request.ApiKey, out account, out problem);
    }

    private static IResult Answer(KeyValidation said) => Results.Json(said, PerformanceJson.Default.KeyValidation);
}
