using System.Diagnostics.Metrics;
using TrackHub.Ingest.Quarantining;
using TrackHub.Ingest.Spooling;
using TrackHub.Ingest.Webhooks;
using TrackHub.Platform.Identity;

namespace TrackHub.Ingest;

/// <summary>What the ingress counts. Tags are bounded: routes, kinds, gateways and reasons, never a caller's words.</summary>
internal sealed class IngestMetrics
{
    /// <summary>Meter name.</summary>
    public const string MeterName = "TrackHub.Ingest";

    private readonly Counter<long> _accepted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _unavailable;
    private readonly Counter<long> _unmapped;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _zones;
    private readonly Counter<long> _proofs;
    private readonly Counter<long> _quarantined;
    private readonly Histogram<double> _acks;
    private readonly Counter<long> _spooled;
    private readonly Counter<long> _drained;
    private readonly Counter<long> _spoolRefused;
    private readonly Counter<long> _spoolLost;
    private readonly Histogram<double> _commits;
    private Func<SpoolState> _spool = static () => default;
    private TimeProvider _clock = TimeProvider.System;

    /// <summary>Creates the instruments.</summary>
    public IngestMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _accepted = meter.CreateCounter<long>("trackhub.ingest.accepted", "{event}", "Events stored durably, by source and kind.");
        _refused = meter.CreateCounter<long>("trackhub.ingest.refused", "{request}", "Requests and batch events refused, by route and reason.");
        _unavailable = meter.CreateCounter<long>("trackhub.ingest.unavailable", "{event}", "Events the log did not acknowledge in time, by reason.");
        _unmapped = meter.CreateCounter<long>("trackhub.ingest.unmapped", "{event}", "Authentic webhooks kept in dead-letters, by gateway and reason.");
        _dropped = meter.CreateCounter<long>("trackhub.ingest.dropped_fields", "{field}", "Fields of accepted events that were not usable, by field.");
        _zones = meter.CreateCounter<long>("trackhub.ingest.gateway_zone", "{event}", "How the time zone of a sale's time was found, by gateway.");
        _proofs = meter.CreateCounter<long>("trackhub.ingest.gateway_proof", "{request}", "Which step of a gateway's verification matched.");
        _quarantined = meter.CreateCounter<long>("trackhub.ingest.quarantined", "{request}", "Unproven webhooks of known connections, by gateway and what became of them.");
        _acks = meter.CreateHistogram<double>(
            "trackhub.ingest.ack.duration", "s", "Time from produce to the broker's acknowledgement.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15] });
        _spooled = meter.CreateCounter<long>("trackhub.ingest.spool.appended", "{record}", "Records of webhooks made durable in the spool because the log did not answer.");
        _drained = meter.CreateCounter<long>("trackhub.ingest.spool.drained", "{record}", "Records that reached the log from the spool.");
        _spoolRefused = meter.CreateCounter<long>("trackhub.ingest.spool.refused", "{request}", "Times the spool did not take a webhook's records, by reason.");
        _spoolLost = meter.CreateCounter<long>("trackhub.ingest.spool.lost", "{record}", "Records in the spool that can no longer be opened, by reason.");
        meter.CreateObservableGauge("trackhub.ingest.spool.records", () => _spool().Records, "{record}", "Records in the spool that are not in the log yet.");
        meter.CreateObservableGauge("trackhub.ingest.spool.size", () => _spool().Bytes, "By", "Bytes of the records in the spool.");
        meter.CreateObservableGauge(
            "trackhub.ingest.spool.age", () => _spool().Oldest is { } oldest ? (_clock.GetUtcNow() - oldest).TotalSeconds : 0, "s", "Age of the oldest record in the spool.");
        _commits = meter.CreateHistogram<double>(
            "trackhub.ingest.spool.commit.duration", "s", "Time of one write and fsync of the spool.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1] });
    }

    /// <summary>An event is durable.</summary>
    /// <param name="source">track, or a gateway's name.</param>
    /// <param name="kind">Event or sale kind.</param>
    public void Accepted(string source, string kind) => _accepted.Add(1, new("source", source), new("kind", kind));

    /// <summary>A request, or an event of a batch, was refused.</summary>
    public void Refused(string route, string reason) => _refused.Add(1, new("route", route), new KeyValuePair<string, object?>("reason", reason));

    /// <summary>The log did not acknowledge an event in time.</summary>
    public void Unavailable(string reason) => _unavailable.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>An authentic webhook went to dead-letters.</summary>
    public void Unmapped(string gateway, string reason) => _unmapped.Add(1, new("gateway", gateway), new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A field of an accepted event could not be used.</summary>
    public void Dropped(string field) => _dropped.Add(1, new KeyValuePair<string, object?>("field", field));

    /// <summary>Values of a person that could not be used.</summary>
    public void Dropped(IReadOnlyList<DroppedValue> values)
    {
        for (var i = 0; i < values.Count; i++)
            Dropped(values[i].Field);
    }

    /// <summary>How a sale's time was read. A gateway that suddenly counts as utc or clamped has changed its clock.</summary>
    public void Zone(string gateway, ZoneChoice zone) => _zones.Add(
        1,
        new("gateway", gateway),
        new KeyValuePair<string, object?>("zone", zone switch
        {
            ZoneChoice.Explicit => "explicit",
            ZoneChoice.SaoPaulo => "sao_paulo",
            ZoneChoice.Utc => "utc",
            ZoneChoice.Clamped => "clamped",
            _ => "absent",
        }));

    /// <summary>Which step of the verification matched.</summary>
    public void Proved(string gateway, string step) => _proofs.Add(1, new("gateway", gateway), new KeyValuePair<string, object?>("step", step));

    /// <summary>An unproven delivery of a known connection was kept, or why not.</summary>
    public void Quarantined(string gateway, Kept kept) => _quarantined.Add(
        1,
        new("gateway", gateway),
        new KeyValuePair<string, object?>("kept", kept switch
        {
            Kept.Yes => "yes",
            Kept.QuotaUsedUp => "quota_used_up",
            Kept.Nowhere => "nowhere",
            _ => "no",
        }));

    /// <summary>Time the broker took.</summary>
    public void Acknowledged(TimeSpan elapsed) => _acks.Record(elapsed.TotalSeconds);

    /// <summary>Shows what waits in the spool from now on.</summary>
    /// <param name="state">What waits.</param>
    /// <param name="clock">Tells its age.</param>
    public void WatchSpool(Func<SpoolState> state, TimeProvider clock) => (_spool, _clock) = (state, clock);

    /// <summary>Records are durable in the spool, with one fsync.</summary>
    public void Spooled(int records, TimeSpan elapsed)
    {
        _spooled.Add(records);
        _commits.Record(elapsed.TotalSeconds);
    }

    /// <summary>Records went from the spool to the log.</summary>
    public void Drained(int records) => _drained.Add(records);

    /// <summary>The spool did not take a webhook's records.</summary>
    public void SpoolRefused(string reason) => _spoolRefused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A record in the spool cannot be opened.</summary>
    public void SpoolLost(string reason) => _spoolLost.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
