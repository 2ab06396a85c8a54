using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using TrackHub.Matching.Sales;
using TrackHub.Matching.Windows;
using TrackHub.Schemas;

namespace TrackHub.Matching;

/// <summary>What the matcher counts. Every tag has a bounded set of values.</summary>
internal sealed class MatchingMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrackHub.Matching";

    private readonly Counter<long> _applied;
    private readonly Counter<long> _sales;
    private readonly Counter<long> _purchases;
    private readonly Counter<long> _pending;
    private readonly Counter<long> _blocked;
    private readonly Counter<long> _cut;
    private readonly Counter<long> _rebuilt;
    private readonly Counter<long> _blind;
    private readonly ConcurrentDictionary<string, BlindTally> _tallies = new();
    private readonly Histogram<double> _watermarkWait;
    private readonly Histogram<double> _rebuild;
    private readonly Histogram<double> _quality;

    public MatchingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _applied = meter.CreateCounter<long>("trackhub.matcher.events_applied", "{event}", "Browser events put into the windows.");
        _sales = meter.CreateCounter<long>("trackhub.matcher.sales", "{event}", "Sale events that ended at the matcher, by verdict and stage.");
        _purchases = meter.CreateCounter<long>("trackhub.matcher.purchases", "{event}", "Purchases emitted.");
        _pending = meter.CreateCounter<long>("trackhub.matcher.pending", "{event}", "Sales sent to wait for their click, by pass.");
        _blocked = meter.CreateCounter<long>("trackhub.matcher.blocked", "{event}", "Events not sent for want of consent, by reason.");
        _rebuilt = meter.CreateCounter<long>("trackhub.matcher.rebuild_events", "{event}", "Events read to rebuild windows, by where they come from: log, table.");
        _cut = meter.CreateCounter<long>("trackhub.matcher.window.cut", "{member}", "Members cut from windows that were full, by what they hold: events, links, identities.");
        _blind = meter.CreateCounter<long>("trackhub.matcher.blind", "{sale}", "Sales resolved by exact keys that stage 3 was asked about blind, by what it would have made of them.");
        meter.CreateObservableGauge("trackhub.matcher.blind.precision", () => Shares(static t => t.Precision), description: "Share of what stage 3 would have attributed that is right, since the start.");
        meter.CreateObservableGauge("trackhub.matcher.blind.recall", () => Shares(static t => t.Recall), description: "Share of the sales with an address that stage 3 would have attributed rightly, since the start.");
        _watermarkWait = meter.CreateHistogram(
            "trackhub.matcher.watermark.wait", "s", "Time sales waited for the windows to catch up.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900] });
        _rebuild = meter.CreateHistogram(
            "trackhub.matcher.rebuild.duration", "s", "Time to read windows again, by where they come from: log, table.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.5, 1, 5, 15, 30, 60, 120, 300, 600, 1200, 1800] });
        _quality = meter.CreateHistogram(
            "trackhub.matcher.quality", "{score}", "Match quality of purchases, 0 to 10.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] });
    }

    public void Applied(int events) => _applied.Add(events);

    public void Waited(TimeSpan took) => _watermarkWait.Record(took.TotalSeconds);

    public void Sale(string verdict, MatchStage stage) => _sales.Add(1, new("outcome", verdict), new("stage", stage.ToSymbol()));

    public void Purchase(double quality)
    {
        _purchases.Add(1);
        _quality.Record(quality);
    }

    public void Pending(int pass) => _pending.Add(1, new KeyValuePair<string, object?>("pass", pass));

    /// <summary>Counts what writes cut, each as <c>WindowWrite.lua</c> returns it.</summary>
    public void Cut(IEnumerable<long[]> cuts)
    {
        foreach (var cut in cuts)
        {
            for (var kind = WindowKind.Events; kind <= WindowKind.Identities; kind++)
                Cut(kind, cut[(int)kind - 1]);
        }
    }

    /// <summary>Counts what was cut before it was written.</summary>
    public void Cut(WindowKind kind, long members)
    {
        if (members > 0)
            _cut.Add(members, new KeyValuePair<string, object?>("holds", kind switch { WindowKind.Events => "events", WindowKind.Links => "links", _ => "identities" }));
    }

    public void Blocked(string reason) => _blocked.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Blind(string brandId, BlindOutcome outcome)
    {
        _blind.Add(1, new("brand", brandId), new("outcome", outcome switch
        {
            BlindOutcome.Right => "right",
            BlindOutcome.Wrong => "wrong",
            BlindOutcome.None => "none",
            _ => "no_address",
        }));
        _tallies.AddOrUpdate(brandId, static (_, o) => default(BlindTally).With(o), static (_, tally, o) => tally.With(o), outcome);
    }

    private IEnumerable<Measurement<double>> Shares(Func<BlindTally, double?> share)
    {
        foreach (var (brandId, tally) in _tallies)
        {
            if (share(tally) is { } value)
                yield return new(value, new KeyValuePair<string, object?>("brand", brandId));
        }
    }

    private readonly record struct BlindTally(long Right, long Wrong, long None)
    {
        public double? Precision => Right + Wrong == 0 ? null : (double)Right / (Right + Wrong);

        public double? Recall => Right + Wrong + None == 0 ? null : (double)Right / (Right + Wrong + None);

        public BlindTally With(BlindOutcome outcome) => outcome switch
        {
            BlindOutcome.Right => this with { Right = Right + 1 },
            BlindOutcome.Wrong => this with { Wrong = Wrong + 1 },
            BlindOutcome.None => this with { None = None + 1 },
            _ => this,
        };
    }

    public void Rebuilt(RebuiltWindows rebuilt)
    {
        foreach (var (from, part) in new[] { ("log", rebuilt.FromLog), ("table", rebuilt.FromTable) })
        {
            _rebuilt.Add(part.Events, new KeyValuePair<string, object?>("from", from));
            _rebuild.Record(part.Took.TotalSeconds, new KeyValuePair<string, object?>("from", from));
        }
    }
}
