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
using TrackHub.Platform.Performance;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Performance.Figures;

/// <summary>A brand's figures over time.</summary>
internal static class MetricEndpoints
{
    /// <summary>Maps <c>GET /metrics</c>.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder performance) => performance.MapGet("/metrics", GetAsync)
        .Describe("GetPerformanceMetrics", "A brand's figures by source and period.", Problems.Malformed("A parameter, with its value, the limit and the remedy."), Problems.NotFound, MockFilter.NotAllowed)
        .WithDescription(
            "Buckets that begin in the range, by start and source; those without anything are absent. Ratios are made from sums and null where their divisor is 0; of several buckets add the sums in "
            + "basis. What does not fit into limit follows at the address in the header Link. With If-None-Match: 304 while nothing changed.")
        .Produces<IReadOnlyList<PerformanceMetric>>()
        .Produces(StatusCodes.Status304NotModified)
        .ForRole(AccessRole.Viewer)
        .AnswersMock(Mock);

    /// <summary>Answers a page of figures.</summary>
    /// <returns>200 the buckets; 304 as the caller has them; 400 a parameter, the range or the cursor; 404 no such brand of the caller's tenant.</returns>
    internal static async Task<IResult> GetAsync(
        [AsParameters] MetricRequest request, Caller caller, TenantDatabase database, HttpContext context, CancellationToken aborted)
    {
        if (!Asked.TryBrand(request.BrandId, out var brandId, out var problem))
            return problem;

        return await database.RunAsync(
            caller,
            async tenant =>
            {
                if (await BrandView.FindAsync(tenant, brandId, aborted) is not { } brand)
                    return Problems.NotFound;
                if (!MetricQuery.TryRead(brandId, request, out var query, out var fault) || !query.TryRange(BucketClock.Of(brand.TimeZone), out var from, out var to, out fault))
                    return fault;

                string TagOf(RangeState state) => EntityTag.Of("metrics", context.Request.QueryString, from.UtcTicks, to.UtcTicks, state.Buckets, state.Revisions);

                // Buckets that are all here tell their state themselves: a range is walked once and not twice, which is a third of the answer's time.
                if (query.IsWhole && !EntityTag.IsAsked(context)
                    && await FigureTable.RowsAsync(tenant, query, from, to, aborted) is { Count: <= MetricQuery.MostBuckets } whole)
                {
                    EntityTag.Set(context, TagOf(RangeState.Of(whole)));
                    return Page(context, query, whole);
                }

                // Read before the rows: a change in between makes a tag too old, which costs one answer too many and never one too few.
                return EntityTag.IsKnown(context, TagOf(await FigureTable.StateAsync(tenant, query, from, to, aborted)))
                    ? Results.StatusCode(StatusCodes.Status304NotModified)
                    : Page(context, query, await FigureTable.RowsAsync(tenant, query, from, to, aborted));
            },
            aborted);
    }

    private static IResult Mock(EndpointFilterInvocationContext call)
    {
        var (request, clock) = (call.Arguments.OfType<MetricRequest>().Single(), BucketClock.Of(MockFigures.TimeZone));
        return Asked.TryBrand(request.BrandId, out var brandId, out var problem)
            && MetricQuery.TryRead(brandId, request, out var query, out problem)
            && query.TryRange(clock, out var from, out var to, out problem)
                ? Page(call.HttpContext, query, MockFigures.Of(query, clock, from, to))
                : problem;
    }

    private static IResult Page(HttpContext context, MetricQuery query, List<Bucket> buckets)
    {
        Pages.Cut(context, buckets, query.Limit, static last => Asked.Cursor(last.Start, ContractText<FigureSource>.Of(last.Source)));
        return new BucketPage(buckets);
    }
}
