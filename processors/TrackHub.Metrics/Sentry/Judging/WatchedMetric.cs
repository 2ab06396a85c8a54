using TrackHub.Metrics.Summing;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Judging;

/// <summary>How one of the seven figures is watched.</summary>
/// <remarks>
/// Judged is always a count or an amount, or one by another: cac and cpc as what they bring for the money (customers by spend, clicks by spend), since the noise
/// of a ratio comes from what is counted, and is even-sided only with that above the line. There everything but spend is worse when it falls.
/// </remarks>
internal sealed class WatchedMetric
{
    private WatchedMetric(MetricType type, Func<Sums, long> amount, Func<Sums, long>? divisor, Func<Sums, long> events)
    {
        Type = type;
        Amount = amount;
        Divisor = divisor;
        Events = events;
    }

    /// <summary>The seven.</summary>
    public static readonly IReadOnlyList<WatchedMetric> All =
    [
        new(MetricType.Spend, static s => s.Spend, null, static s => s.Clicks) { BothWays = true, NeedsSpend = true },
        new(MetricType.Revenue, static s => s.Revenue, null, static s => s.Conversions) { Noise = TicketNoise },
        new(MetricType.Roas, static s => s.Revenue, static s => s.Spend, static s => s.Conversions) { Noise = TicketNoise, NeedsSpend = true },
        new(MetricType.Cac, static s => s.Conversions, static s => s.Spend, static s => s.Conversions) { Inverted = true, NeedsSpend = true },
        new(MetricType.Ctr, static s => s.Clicks, static s => s.Impressions, static s => s.Clicks) { NeedsSpend = true },
        new(MetricType.Cpc, static s => s.Clicks, static s => s.Spend, static s => s.Clicks) { Inverted = true, NeedsSpend = true },
        new(MetricType.Conversions, static s => s.Conversions, null, static s => s.Conversions),
    ];

    /// <summary>What else figures are made of: usual values of these are asked for, but they are no figures.</summary>
    public static readonly WatchedMetric Clicks = new(MetricType.Unknown, static s => s.Clicks, null, static s => s.Clicks);

    /// <inheritdoc cref="Clicks"/>
    public static readonly WatchedMetric Impressions = new(MetricType.Unknown, static s => s.Impressions, null, static s => s.Impressions);

    // Of amounts that scatter as much as their mean, the sum of n varies by 2/n: by 1/n since their number does, by as much since they do.
    private const double TicketNoise = 2;

    /// <summary>Which figure.</summary>
    public MetricType Type { get; }

    /// <summary>Above the line.</summary>
    public Func<Sums, long> Amount { get; }

    /// <summary>Below the line; null: it is a sum.</summary>
    public Func<Sums, long>? Divisor { get; }

    /// <summary>What is counted in it: sales or clicks. Few of them say nothing.</summary>
    public Func<Sums, long> Events { get; }

    /// <summary>Relative variance of one event's part: the variance of n is this by n.</summary>
    public double Noise { get; private init; } = 1;

    /// <summary>Whether a rise is worth telling as well.</summary>
    public bool BothWays { get; private init; }

    /// <summary>Whether the figure itself is the divisor by the amount: it rises where what is judged falls.</summary>
    public bool Inverted { get; private init; }

    /// <summary>Whether it takes what ad platforms tell.</summary>
    public bool NeedsSpend { get; private init; }

    /// <summary>The watched metric of a type.</summary>
    public static WatchedMetric Of(MetricType type) => All.Single(metric => metric.Type == type);

    /// <summary>What is judged of some hours; null where its divisor is 0.</summary>
    public double? Of(Sums sums) => Divisor is null ? Amount(sums) : Divisor(sums) is var divisor and not 0 ? (double)Amount(sums) / divisor : null;

    /// <summary>The figure, from what is judged: of cac and cpc the inverse.</summary>
    public double Shown(double judged) => Inverted ? 1 / judged : judged;
}
