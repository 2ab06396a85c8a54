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
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Performance.Anomalies;

/// <summary>What The Sentry found.</summary>
internal static class AnomalyEndpoints
{
    /// <summary>Maps <c>GET /anomalies</c>.</summary>
    public static void MapAnomalies(this IEndpointRouteBuilder performance) => performance.MapGet("/anomalies", GetAsync)
        .Describe("GetPerformanceAnomalies", "A brand's anomalies, newest first.", Problems.Malformed("A parameter, with its value, the limit and the remedy."), Problems.NotFound, MockFilter.NotAllowed)
        .WithDescription("What does not fit into limit follows at the address in the header Link. With If-None-Match: 304 while nothing changed.")
        .Produces<IReadOnlyList<PerformanceAnomaly>>()
        .Produces(StatusCodes.Status304NotModified)
        .ForRole(AccessRole.Viewer)
        .AnswersMock(Mock);

    /// <summary>Answers a page of anomalies.</summary>
    /// <returns>200 the anomalies; 304 as the caller has them; 400 a parameter or the cursor; 404 no such brand of the caller's tenant.</returns>
    internal static async Task<IResult> GetAsync(
        [AsParameters] AnomalyRequest request, Caller caller, TenantDatabase database, HttpContext context, CancellationToken aborted)
    {
        if (!Asked.TryBrand(request.BrandId, out var brandId, out var problem))
            return problem;

        return await database.RunAsync(
            caller,
            async tenant =>
            {
                if (await BrandView.FindAsync(tenant, brandId, aborted) is null)
                    return Problems.NotFound;
                return AnomalyQuery.TryRead(brandId, request, out var query, out var fault) ? Page(context, query, await AnomalyTable.RowsAsync(tenant, query, aborted)) : fault;
            },
            aborted);
    }

    private static IResult Mock(EndpointFilterInvocationContext call)
    {
        var request = call.Arguments.OfType<AnomalyRequest>().Single();
        return Asked.TryBrand(request.BrandId, out var brandId, out var problem) && AnomalyQuery.TryRead(brandId, request, out var query, out problem)
            ? Page(call.HttpContext, query, MockAnomalies.Of(query))
            : problem;
    }

    private static IResult Page(HttpContext context, AnomalyQuery query, List<PerformanceAnomaly> found)
    {
        Pages.Cut(context, found, query.Limit, static last => Asked.Cursor(last.DetectedAt, last.Id));
        return EntityTag.IsKnown(context, EntityTag.Of(["anomalies", context.Request.QueryString, .. found.Select(static a => $"{a.Id} {a.Basis.Revision}")]))
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Json<IReadOnlyList<PerformanceAnomaly>>(found, PerformanceJson.Default.IReadOnlyListPerformanceAnomaly);
    }
}
