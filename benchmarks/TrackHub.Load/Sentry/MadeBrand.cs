using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Metrics.Summing;

namespace TrackHub.Load.Sentry;

/// <summary>A brand's hours, made: a week's shape, growth, noise beyond counting, and incidents whose true depth is known.</summary>
internal sealed class MadeBrand
{
    /// <summary>Weeks without incidents: the history.</summary>
    public const int QuietWeeks = 8;

    /// <summary>Weeks in which incidents lie and episodes count.</summary>
    public const int JudgedWeeks = 6;

    private const int Week = 168;
    private const double Ticket = 19_700;           // mean, minor units; half as much again is its scatter
    private const double CostPerSale = 7_000;
    private const double ClicksPerSale = 60;
    private const double ImpressionsPerClick = 70;

    private static readonly DateTimeOffset First = new(2026, 1, 5, 3, 0, 0, TimeSpan.Zero);   // a Monday's midnight in São Paulo
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("America/Sao_Paulo");
    private static readonly (string Kind, int Least, int Most, double Mildest, double Worst)[] Kinds =
    [
        ("outage", 3, 12, 0.95, 1), ("drop", 6, 36, 0.3, 0.7), ("drift", 48, 96, 0.3, 0.7), ("ctr", 6, 36, 0.3, 0.6), ("cost", 6, 36, 0.4, 1.2),
        ("overspend", 6, 36, 0.4, 1.2), ("promo", 12, 36, 0.5, 1.5),
    ];

    private readonly Random _random;
    private readonly double _salesPerDay;
    private readonly double _growth;
    private readonly double _jitter;
    private readonly double _weekend;

    private MadeBrand(double salesPerDay, int seed)
    {
        _random = new(seed);
        _salesPerDay = salesPerDay;
        _growth = Uniform(-0.02, 0.03);
        _jitter = Uniform(0.08, 0.2);
        _weekend = Uniform(0.6, 1.2);
        Incidents = [.. MakeIncidents()];
        Series = new(Zone, First, Hours, Enumerable.Range(0, Hours).Select(hour => (First.AddHours(hour), Make(hour))));
    }

    /// <summary>Hours in all.</summary>
    public static int Hours => (QuietWeeks + JudgedWeeks) * Week;

    /// <summary>First hour in which episodes count.</summary>
    public static int From => QuietWeeks * Week;

    /// <summary>What went wrong, in order and far apart.</summary>
    public IReadOnlyList<Incident> Incidents { get; }

    /// <summary>The hours.</summary>
    public HourSeries Series { get; }

    /// <summary>A brand of so many sales a day. The same seed makes the same hours.</summary>
    public static MadeBrand Make(double salesPerDay, int seed) => new(salesPerDay, seed);

    // Every third day or so something happens; three days at least pass before the next.
    private IEnumerable<Incident> MakeIncidents()
    {
        for (var at = From + (int)Uniform(12, 72); ;)
        {
            var (kind, least, most, mildest, worst) = Kinds[_random.Next(Kinds.Length)];
            var incident = new Incident(kind, at, _random.Next(least, most + 1), Uniform(mildest, worst));
            at += incident.Hours + (int)Uniform(72, 168);
            if (incident.Start + incident.Hours > Hours - 24)
                yield break;
            yield return incident;
        }
    }

    private Sums Make(int hour)
    {
        var effect = Incidents.FirstOrDefault(incident => hour >= incident.Start && hour < incident.Start + incident.Hours)?.At(hour) ?? Incident.Effect.None;
        var shape = ShapeOf(hour % Week) * Math.Pow(1 + _growth, (double)hour / Week) * _salesPerDay / 24;
        var sales = Count(shape * Scatter() * effect.Conversions);
        var clicks = Count(shape * ClicksPerSale * Scatter() * effect.Clicks);
        var revenue = 0L;
        for (var i = 0; i < sales; i++)
            revenue += (long)(Ticket * Math.Exp((0.5 * Normal()) - 0.125));
        return new()
        {
            Spend = (long)(shape * CostPerSale * Math.Exp(_jitter / 2 * Normal()) * effect.Spend),
            Revenue = revenue,
            Conversions = sales,
            Clicks = clicks,
            Impressions = Math.Max(clicks, (long)(clicks / effect.Clicks * effect.Spend * ImpressionsPerClick * Math.Exp(0.05 * Normal()))),
        };
    }

    // Evenings sell ten times what the small hours do.
    private double ShapeOf(int hourOfWeek)
    {
        var hour = hourOfWeek % 24;
        var day = 1 + (0.85 * Math.Sin((hour - 10.5) / 24 * 2 * Math.PI)) + (0.25 * Math.Sin((hour - 3) / 12.0 * 2 * Math.PI));
        return Math.Max(0.12, day) * (hourOfWeek / 24 >= 5 ? _weekend : 1);
    }

    private double Scatter() => Math.Exp((_jitter * Normal()) - (_jitter * _jitter / 2));

    // Poisson by Knuth's product where few, by its normal where many.
    private long Count(double mean)
    {
        if (mean > 60)
            return Math.Max(0, (long)Math.Round(mean + (Math.Sqrt(mean) * Normal())));
        var (limit, product, count) = (Math.Exp(-mean), _random.NextDouble(), 0L);
        for (; product > limit; count++)
            product *= _random.NextDouble();
        return count;
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private double Uniform(double from, double to) => from + ((to - from) * _random.NextDouble());
}
