using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Mvc;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Performance.Asking;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.Platform.Performance;

namespace TrackHub.ConsoleApi.Performance.Figures;

/// <summary>The query of the metrics endpoint as it came; the names and what they take stand in the API's description.</summary>
internal sealed record MetricRequest(
    [property: FromQuery(Name = "brandId"), Description("One of your brands. Required.")] string? BrandId,
    [property: FromQuery(Name = "startDate"), Description("Buckets that begin then or later: a date of the brand's calendar (2026-11-22), or a time with its offset (2026-11-22T03:00:00Z). Required.")] string? StartDate,
    [property: FromQuery(Name = "endDate"), Description("Buckets that begin before: a date counts whole, a time no more. Hours for at most 100 days, days and weeks for 400. Required.")] string? EndDate,
    [property: FromQuery(Name = "period"), Description("hourly, daily or weekly. Required.")] string? Period,
    [property: FromQuery(Name = "source"), Description("meta, google, organic or aggregated; absent: all four.")] string? Source,
    [property: FromQuery(Name = "limit"), Description("Buckets in a page, 1 to 10000; 10000 if absent.")] string? Limit,
    [property: FromQuery(Name = "cursor"), Description("Next page, from the header Link of the page before.")] string? Cursor);

/// <summary>Which buckets are asked for.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="Period">Their length.</param>
/// <param name="Sources">Their sources, by name.</param>
/// <param name="Start">They begin here or later.</param>
/// <param name="End">They begin before.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="AfterStart">Start of the last bucket of the page before.</param>
/// <param name="AfterSource">Its source; empty on the first page.</param>
internal sealed record MetricQuery(
    string BrandId, FigurePeriod Period, IReadOnlyList<FigureSource> Sources, RangeEdge Start, RangeEdge End, int Limit, DateTimeOffset AfterStart, string AfterSource)
{
    /// <summary>Buckets in a page, at most: a hundred days of hours of four sources, so that nobody turns pages who does not want to.</summary>
    public const int MostBuckets = 10_000;

    private static readonly IReadOnlyList<FigureSource> AllSources = [.. Enum.GetValues<FigureSource>().OrderBy(ContractText<FigureSource>.Of, StringComparer.Ordinal)];

    /// <summary>Whether it asks for the whole range at once.</summary>
    public bool IsWhole => Limit == MostBuckets && AfterSource.Length == 0;

    /// <summary>Longest range of a period.</summary>
    public static TimeSpan Longest(FigurePeriod period) => TimeSpan.FromDays(period is FigurePeriod.Hourly ? 100 : 400);

    /// <summary>Reads what was asked of a brand.</summary>
    public static bool TryRead(string brandId, MetricRequest request, [NotNullWhen(true)] out MetricQuery? query, [NotNullWhen(false)] out Problem? problem)
    {
        query = null;
        if (!Asked.TryWord<FigurePeriod>("period", request.Period, out var period, out problem)
            || !TrySources(request.Source, out var sources, out problem)
            || !TryEdge("startDate", request.StartDate, out var start, out problem)
            || !TryEdge("endDate", request.EndDate, out var end, out problem)
            || !Asked.TryLimit(request.Limit, MostBuckets, MostBuckets, out var limit, out problem)
            || !Asked.TryCursor(request.Cursor, out var at, out var rest, out problem))
        {
            return false;
        }

        query = new(brandId, period, sources, start, end, limit, at, rest);
        return true;
    }

    /// <summary>The range in a brand's zone.</summary>
    public bool TryRange(BucketClock clock, out DateTimeOffset from, out DateTimeOffset to, [NotNullWhen(false)] out Problem? problem)
    {
        (from, to, problem) = (Start.StartIn(clock), End.EndIn(clock), null);
        if (to <= from)
            problem = Problems.Malformed($"endDate ({to:u}) is not after startDate ({from:u}): a range ends after it begins.");
        else if (to - from > Longest(Period) + TimeSpan.FromHours(1))   // a day of it may have 25 hours
            problem = Problems.Malformed($"startDate to endDate are {(to - from).TotalDays:0.#} days, and {ContractText<FigurePeriod>.Of(Period)} figures come for at most {Longest(Period).TotalDays:0} at a time: {Shorter(Period)}");
        return problem is null;
    }

    private static string Shorter(FigurePeriod period) => period is FigurePeriod.Hourly ? "ask for a shorter range, or for period=daily." : "ask for a shorter range.";

    private static bool TrySources(string? text, out IReadOnlyList<FigureSource> sources, [NotNullWhen(false)] out Problem? problem)
    {
        (sources, problem) = (AllSources, null);
        if (text is null)
            return true;
        if (!Asked.TryWord<FigureSource>("source", text, out var one, out problem))
            return false;
        sources = [one];
        return true;
    }

    private static bool TryEdge(string name, string? text, out RangeEdge edge, [NotNullWhen(false)] out Problem? problem)
    {
        problem = RangeEdge.TryParse(text, out edge) ? null
            : Problems.Malformed($"{name} {(string.IsNullOrEmpty(text) ? "is missing" : $"is '{Asked.Shown(text)}'")}: {RangeEdge.Remedy}.");
        return problem is null;
    }
}
