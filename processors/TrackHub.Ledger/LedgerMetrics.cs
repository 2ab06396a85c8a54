using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using TrackHub.Platform.Books;
using TrackHub.Platform.Quality;

namespace TrackHub.Ledger;

/// <summary>What the ledger counts. Recorded per batch.</summary>
internal sealed class LedgerMetrics
{
    private readonly Counter<long> _records;
    private readonly Counter<long> _refused;
    private readonly ConcurrentDictionary<string, long> _unaccounted = new(StringComparer.Ordinal);
    private volatile BookReport _report = new([], [], 0);
    private volatile IReadOnlyList<QualityDay> _qualities = [];

    public LedgerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("TrackHub.Ledger");
        _records = meter.CreateCounter<long>("trackhub.ledger.records", "{record}", "Records written to PostgreSQL.");
        _refused = meter.CreateCounter<long>("trackhub.ledger.refused", "{record}", "Records moved to the dead letters, by reason.");
        meter.CreateObservableGauge("trackhub.ledger.unaccounted", Unaccounted, "{end}", "Ends of accepted events that are unaccounted for, by brand.");
        meter.CreateObservableGauge("trackhub.ledger.quality", Qualities, "{score}", "Recent match quality, 0 to 10, by brand and event name.");
        meter.CreateObservableGauge("trackhub.ledger.in_flight", InFlight, "{end}", "Accepted events on their way, by kind.");
    }

    /// <summary>A batch is committed.</summary>
    public void BatchWritten(int records) => _records.Add(records);

    /// <summary>The books were looked at. A ledger that is behind says nothing of what is unaccounted for.</summary>
    public void Audited(BookReport report)
    {
        _report = report;
        if (report.Behind > 0)
            return;

        foreach (var brand in report.Brands)
            _unaccounted[brand.BrandId] = brand.Unaccounted;
    }

    /// <summary>The match quality was looked at. What has too few events is missing.</summary>
    public void QualityJudged(IReadOnlyList<QualityDay> recent) => _qualities = recent;

    /// <summary>A decoded record cannot be a row.</summary>
    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    private IEnumerable<Measurement<long>> Unaccounted() =>
        _unaccounted.Select(static brand => new Measurement<long>(brand.Value, new KeyValuePair<string, object?>("brand", brand.Key)));

    private IEnumerable<Measurement<double>> Qualities() => _qualities.Select(static quality => new Measurement<double>(
        quality.Score, new("brand", quality.BrandId), new("event", quality.EventName)));

    private IEnumerable<Measurement<long>> InFlight() => Journey.Kinds.Select(kind => new Measurement<long>(
        _report.Brands.Sum(brand => brand.InFlight.GetValueOrDefault(kind)), new KeyValuePair<string, object?>("kind", kind)));
}
