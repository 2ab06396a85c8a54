using TrackHub.Platform.Money;
using TrackHub.Platform.Performance;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>What a platform told of one hour of the account's clock.</summary>
/// <param name="Date">Local date.</param>
/// <param name="Hour">0 to 23. Where the clock repeats an hour, both are told as one.</param>
/// <param name="Spend">Major units of the account's currency.</param>
/// <param name="Clicks">Clicks.</param>
/// <param name="Impressions">Impressions.</param>
internal sealed record LocalHour(DateOnly Date, int Hour, decimal Spend, long Clicks, long Impressions);

/// <summary>Turns hours of an account's clock into moments, and its amounts into minor units. Pure.</summary>
/// <remarks>
/// Platforms name an hour by the local clock alone (Meta's <c>hourly_stats_aggregated_by_advertiser_time_zone</c>, Google's <c>segments.hour</c>), so of the two hours that a
/// clock repeats they tell one sum: it is halved, the first gets what does not divide. What is told of an hour that the clock leaps over counts in the next. Costs are
/// rounded as running totals of their day, so that its hours sum up to the platform's own total, to the cent.
/// </remarks>
internal static class AccountHours
{
    // Offsets change at multiples of a quarter of an hour everywhere since 1972. Source: IANA time zone database.
    private const int StepMinutes = 15;

    /// <summary>Every hour between two dates that has begun, in order; those of which nothing is told count 0.</summary>
    /// <param name="account">Its time zone and currency.</param>
    /// <param name="first">First local date.</param>
    /// <param name="last">Last local date.</param>
    /// <param name="told">What was told, in any order; several of one hour are added up; of other dates nothing counts.</param>
    /// <param name="now">Hours that begin later are left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">An amount is negative or beyond all bounds.</exception>
    public static IReadOnlyList<AdHour> Of(AdAccount account, DateOnly first, DateOnly last, IEnumerable<LocalHour> told, DateTimeOffset now)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(account.TimeZone);
        var clock = BucketClock.Of(account.TimeZone);
        var byDate = told.ToLookup(static hour => hour.Date);
        var hours = new List<AdHour>();
        for (var date = first; date <= last; date = date.AddDays(1))
            AddDay(hours, [.. StartsOf(zone, clock.StartOf(date), clock.StartOf(date.AddDays(1)))], byDate[date], account.Currency, now);
        return hours;
    }

    private static void AddDay(List<AdHour> hours, List<(int Hour, DateTimeOffset At)> starts, IEnumerable<LocalHour> told, string currency, DateTimeOffset now)
    {
        if (starts.Count == 0)
            return;   // a date that the zone leapt over

        // An hour that is not on this day's clock goes to the next that is.
        var sums = new (decimal Spend, long Clicks, long Impressions)[24];
        foreach (var hour in told)
        {
            var shown = starts.Exists(start => start.Hour == hour.Hour) ? hour.Hour
                : starts.Find(start => start.Hour > hour.Hour) is { At.Ticks: > 0 } next ? next.Hour
                : starts[^1].Hour;
            sums[shown] = (sums[shown].Spend + hour.Spend, sums[shown].Clicks + hour.Clicks, sums[shown].Impressions + hour.Impressions);
        }

        var (total, totalMinor) = (0m, 0L);
        foreach (var group in starts.Where(start => start.At <= now).GroupBy(static start => start.Hour))
        {
            var (spend, clicks, impressions) = sums[group.Key];
            total += spend;
            var minor = ToMinor(total, currency) - totalMinor;
            totalMinor += minor;
            var parts = group.Count();
            foreach (var (index, start) in group.Index())
                hours.Add(new(start.At, Part(minor, index, parts), Part(clicks, index, parts), Part(impressions, index, parts)));
        }
    }

    private static long Part(long whole, int index, int parts) => whole / parts + (index == 0 ? whole % parts : 0);

    private static long ToMinor(decimal major, string currency) => MinorUnits.TryFromMajor(major, currency, out var minor)
        ? minor
        : throw new ArgumentOutOfRangeException(nameof(major), major, "A day's cost is negative or beyond all bounds.");

    /// <summary>The moments of a day at which an hour begins: when the clock shows :00, and where it leaps over that, the first moment after.</summary>
    private static IEnumerable<(int Hour, DateTimeOffset At)> StartsOf(TimeZoneInfo zone, DateTimeOffset at, DateTimeOffset end)
    {
        var hour = -1;
        for (; at < end; at = at.AddMinutes(StepMinutes))
        {
            var local = TimeZoneInfo.ConvertTime(at, zone);
            if (local.Hour == hour && local.Minute != 0)
                continue;
            hour = local.Hour;
            yield return (hour, at);
        }
    }
}
