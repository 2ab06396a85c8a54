namespace TrackHub.Ledger.Projecting;

/// <summary>Days in a brand's time zone.</summary>
internal static class BrandDays
{
    /// <summary>The zone of that IANA name; UTC where there is none.</summary>
    public static TimeZoneInfo ZoneOf(string? name) => name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;

    /// <summary>The day it is then.</summary>
    public static DateOnly Of(DateTimeOffset at, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    /// <summary>The first day that begins then or later.</summary>
    public static DateOnly FirstWhole(DateTimeOffset from, TimeZoneInfo zone) => Of(from.AddTicks(-1), zone).AddDays(1);
}
