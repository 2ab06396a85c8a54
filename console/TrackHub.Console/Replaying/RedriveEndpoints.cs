using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Database;
using TrackHub.ConsoleApi.Describing;
using TrackHub.ConsoleApi.Performance.Asking;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Replaying;

/// <summary>Putting a brand's dead letters back. Here it is ordered and looked at; the dispatcher carries it out.</summary>
internal static class RedriveEndpoints
{
    private const string Route = "/api/v1/dead-letters/redrive";

    /// <summary>Maps them.</summary>
    public static void MapRedrives(this IEndpointRouteBuilder routes)
    {
        var redrives = routes.MapGroup(Route).WithTags("Dead letters");
        redrives.MapPost("", PostAsync)
            .Describe(
                "RedriveDeadLetters", "Puts a brand's dead letters back where they came from, each once.", Problems.Malformed("A member, with its value and the remedy."), Problems.NotFound, Problems.ContentType,
                Problems.TooLarge)
            .WithDescription(
                "Of the letters there are now, those that every given member fits. Consent and suppression are asked anew, and what Meta has is skipped. With dryRun nothing is sent or changed: counts tells "
                + "what would come of it. Order and end go to the audit log.")
            .Produces<RedriveState>(StatusCodes.Status202Accepted)
            .ForRole(AccessRole.Operator);
        redrives.MapGet("/{id}", GetAsync)
            .Describe("ShowRedrive", "One redrive: how far it is, and what came of its letters.", Problems.NotFound)
            .Produces<RedriveState>()
            .ForRole(AccessRole.Viewer);
    }

    /// <summary>Orders one.</summary>
    /// <returns>202 with its address; 400 a member; 404 no such brand of the caller's tenant.</returns>
    internal static async Task<IResult> PostAsync(RedriveRequest request, Caller caller, TenantDatabase database, TimeProvider clock, CancellationToken aborted)
    {
        if (!Asked.TryBrand(request.BrandId, out var brandId, out var problem))
            return problem;
        var now = clock.GetUtcNow();
        return await database.RunAsync(
            caller,
            async tenant =>
            {
                if (await BrandView.FindAsync(tenant, brandId, aborted) is null)
                    return Problems.NotFound;
                if (!TryRead(request, brandId, now, out var filter, out var fault))
                    return fault;
                var order = await RedriveOrders.AddAsync(
                    tenant, Guid.CreateVersion7(now), filter, request.DryRun ?? false, request.Rate ?? ReplayDesk.UsualRate, caller.Actor, aborted);
                return Results.Accepted($"{Route}/{order.Id}", RedriveState.Of(order));
            },
            aborted);
    }

    /// <summary>Shows one.</summary>
    /// <returns>200 the redrive; 404 no such one of a brand of the caller's tenant.</returns>
    internal static async Task<IResult> GetAsync([Description("The redrive.")] string id, Caller caller, TenantDatabase database, CancellationToken aborted) =>
        Guid.TryParse(id, out var redrive) && await database.RunAsync(caller, tenant => RedriveOrders.FindAsync(tenant, redrive, aborted), aborted) is { } found
            ? Results.Ok(RedriveState.Of(found))
            : Problems.NotFound;

    private static bool TryRead(RedriveRequest request, string brandId, DateTimeOffset now, [NotNullWhen(true)] out LetterFilter? filter, [NotNullWhen(false)] out Problem? problem)
    {
        filter = null;
        problem = request.Role is { } role && !LetterFilter.Roles.Contains(role) ? Problems.Malformed($"role is '{Asked.Shown(role)}': give one of {string.Join(", ", LetterFilter.Roles)}.")
            : request.Rate is < 1 or > ReplayDesk.MaxRate ? Problems.Malformed($"rate is {request.Rate}: give 1 to {ReplayDesk.MaxRate} letters a second.")
            : request.Ids is { Length: 0 } ? Problems.Malformed("ids is empty: name letters, or leave it out.")
            : null;
        if (problem is not null || !TryTime("from", request.From, now, out var from, out problem) || !TryTime("to", request.To, now, out var to, out problem))
            return false;

        (filter, problem) = (new(request.Ids, brandId, request.PixelId, request.Role, request.Reason, request.EventId, from, to), null);
        return true;
    }

    private static bool TryTime(string name, string? text, DateTimeOffset now, out DateTimeOffset? time, [NotNullWhen(false)] out Problem? problem)
    {
        (time, problem) = (null, null);
        if (text is null)
            return true;
        if (!Asked.TryPlace(name, text, now, out var place, out problem))
            return false;
        time = place.Time;
        problem = time is null ? Problems.Malformed($"{name} is '{Asked.Shown(text)}': an offset is no time; give an ISO 8601 time or a duration ago (2h).") : null;
        return problem is null;
    }
}
