using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Mvc;
using TrackHub.ConsoleApi.Answering;
using TrackHub.ConsoleApi.Performance.Asking;
using TrackHub.ConsoleApi.Performance.Contract;

namespace TrackHub.ConsoleApi.Performance.Anomalies;

/// <summary>The query of the anomalies endpoint as it came; the names and what they take stand in the API's description.</summary>
internal sealed record AnomalyRequest(
    [property: FromQuery(Name = "brandId"), Description("One of your brands. Required.")] string? BrandId,
    [property: FromQuery(Name = "status"), Description("new, investigating, resolved or ignored; absent: all.")] string? Status,
    [property: FromQuery(Name = "limit"), Description("Anomalies in a page, 1 to 500; 50 if absent.")] string? Limit,
    [property: FromQuery(Name = "cursor"), Description("Next page, from the header Link of the page before.")] string? Cursor);

/// <summary>Which anomalies are asked for.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="Status">Their status; null: any.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="AfterDetected">When the last of the page before was found.</param>
/// <param name="AfterId">Its id; null on the first page.</param>
internal sealed record AnomalyQuery(string BrandId, AnomalyStatus? Status, int Limit, DateTimeOffset AfterDetected, Guid? AfterId)
{
    private const int Most = 500;
    private const int Usual = 50;

    /// <summary>Reads what was asked of a brand.</summary>
    public static bool TryRead(string brandId, AnomalyRequest request, [NotNullWhen(true)] out AnomalyQuery? query, [NotNullWhen(false)] out Problem? problem)
    {
        query = null;
        AnomalyStatus status = default;
        problem = null;
        if ((request.Status is not null && !Asked.TryWord("status", request.Status, out status, out problem))
            || !Asked.TryLimit(request.Limit, Most, Usual, out var limit, out problem)
            || !Asked.TryCursor(request.Cursor, out var at, out var rest, out problem))
        {
            return false;
        }

        Guid id = default;
        if (rest.Length > 0 && !Guid.TryParseExact(rest, "D", out id))
        {
            problem = Asked.NotOurs;
            return false;
        }

        query = new(brandId, request.Status is null ? null : status, limit, at, rest.Length > 0 ? id : null);
        return true;
    }
}
