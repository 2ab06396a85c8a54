using System.Collections.Concurrent;

namespace TrackHub.MetaSim.AdAccounts;

/// <summary>Ad accounts and what was corrected of their figures. An account that nobody described has the defaults. Thread-safe; not kept over a restart.</summary>
internal sealed class AdAccountBook(TimeProvider clock)
{
    /// <summary>Most accounts, and most corrections, at once.</summary>
    public const int Capacity = 10_000;

    private readonly ConcurrentDictionary<string, AdAccount> _accounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Account, DateOnly Date, int Hour), AdRow> _corrections = new();

    /// <summary>Accounts that were described.</summary>
    public IEnumerable<AdAccount> Accounts => _accounts.Values.OrderBy(static account => account.Id, StringComparer.Ordinal);

    /// <summary>The account of an id.</summary>
    public AdAccount Find(string id) => _accounts.TryGetValue(id, out var known) ? known : new() { Id = id };

    /// <summary>Describes an account.</summary>
    /// <returns>False: there are too many.</returns>
    public bool Describe(AdAccount account)
    {
        if (_accounts.Count >= Capacity)
            return false;
        _accounts[account.Id] = account;
        return true;
    }

    /// <summary>Replaces the figures of one hour, as a platform does days later. Without impressions, clicks and cost the hour has no row any more.</summary>
    /// <returns>False: there are too many.</returns>
    public bool Correct(string account, AdRow row)
    {
        if (_corrections.Count >= Capacity)
            return false;
        _corrections[(account, row.Date, row.Hour)] = row;
        return true;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _accounts.Clear();
        _corrections.Clear();
    }

    /// <summary>The rows of some days, in order: hours that have begun and had anything.</summary>
    public IReadOnlyList<AdRow> Rows(AdAccount account, DateOnly first, DateOnly last)
    {
        var rows = new List<AdRow>();
        var now = clock.GetUtcNow();
        for (var date = first; date <= last; date = date.AddDays(1))
        {
            for (var hour = 0; hour < 24; hour++)
            {
                if (!HasBegun(account.TimeZone, date, hour, now))
                    continue;
                var row = _corrections.GetValueOrDefault((account.Id, date, hour)) ?? AdFigures.Of(account, date, hour);
                if (row is not { SpendMicros: 0, Clicks: 0, Impressions: 0 })
                    rows.Add(row);
            }
        }

        return rows;
    }

    /// <summary>Whether the local clock has shown this hour; one that it leaps over it never shows.</summary>
    private static bool HasBegun(TimeZoneInfo zone, DateOnly date, int hour, DateTimeOffset now)
    {
        var start = date.ToDateTime(new TimeOnly(hour, 0));
        if (zone.IsInvalidTime(start))
        {
            start = start.AddMinutes(30);   // zones whose clock leaps by half an hour
            if (zone.IsInvalidTime(start))
                return false;
        }

        var offset = zone.IsAmbiguousTime(start) ? zone.GetAmbiguousTimeOffsets(start).Max() : zone.GetUtcOffset(start);
        return new DateTimeOffset(start, offset) <= now;
    }
}
