using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using TrackHub.Dispatch.Calling;
using TrackHub.Dispatch.Lanes;
using TrackHub.Dispatch.Parking;
using TrackHub.Dispatch.Verdicts;

namespace TrackHub.Dispatch;

/// <summary>What the dispatcher counts. Brand and pixel are tags here: lanes are configured, so their number is bounded.</summary>
internal sealed class DispatchMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrackHub.Dispatch";

    private readonly TimeProvider _clock;
    private readonly string _apiVersion;
    private readonly Meter _meter;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _events;
    private readonly Counter<long> _warnings;
    private readonly Counter<long> _upgraded;
    private readonly Counter<long> _fenced;
    private readonly Histogram<double> _callDuration;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _age;
    private readonly Histogram<double> _linger;
    private readonly Histogram<double> _slotWait;
    private volatile LaneTable? _lanes;
    private volatile IReadOnlyList<LaneView> _parked = [];

    public DispatchMetrics(IMeterFactory meters, IOptions<MetaOptions> meta, TimeProvider clock)
    {
        (_clock, _apiVersion) = (clock, meta.Value.ApiVersion);
        _meter = meters.Create(MeterName);
        _calls = _meter.CreateCounter<long>("trackhub.dispatcher.calls", "{call}", "Calls to Meta by lane, verdict and reason.");
        _events = _meter.CreateCounter<long>("trackhub.dispatcher.events", "{event}", "Events that left the dispatcher, by lane, outcome and reason.");
        _warnings = _meter.CreateCounter<long>("trackhub.dispatcher.warnings", "{warning}", "Warnings in Meta's answers, by lane.");
        _upgraded = _meter.CreateCounter<long>(
            "trackhub.dispatcher.calls.upgraded", "{call}", "Calls that Meta answered by another Graph version than the one configured, which is gone.");
        _fenced = _meter.CreateCounter<long>("trackhub.dispatcher.fenced", "{event}", "Results not written because another had claimed the event since.");
        _callDuration = _meter.CreateHistogram(
            "trackhub.dispatcher.call.duration", "s", "From start to last byte of a call.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.05, 0.1, 0.2, 0.4, 0.6, 1, 1.5, 2.5, 5] });
        _batchSize = _meter.CreateHistogram(
            "trackhub.dispatcher.call.events", "{event}", "Events in a call.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] });
        _age = _meter.CreateHistogram(
            "trackhub.dispatcher.delivery.age", "s", "From the ingress's receipt to Meta's answer, of delivered events.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 30, 60, 300, 3600, 86_400, 172_800] });
        _linger = _meter.CreateHistogram(
            "trackhub.dispatcher.purchase.linger", "s", "How long the oldest Purchase of a call waited for company.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.06, 0.08, 0.1, 0.15, 0.25, 0.5, 1] });
        _slotWait = _meter.CreateHistogram(
            "trackhub.dispatcher.slot.wait", "s", "How long a batch that was due waited for one of the calls at once.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5] });
        _meter.CreateObservableGauge("trackhub.dispatcher.waiting", Waiting, "{event}", "Events waiting in a lane.");
        _meter.CreateObservableGauge("trackhub.dispatcher.lane.closed", Closed, "{lane}", "1 while a lane makes no calls: its breaker is open, Meta told it to wait, or it is parked.");
        _meter.CreateObservableGauge("trackhub.dispatcher.parked", Parked, "{event}", "Events parked, counted every 30 s.");
        _meter.CreateObservableGauge("trackhub.dispatcher.parked.remaining", Remaining, "s", "Time until the first parked event of a lane is too old for Meta.");
        _meter.CreateObservableGauge("trackhub.dispatcher.graph_version.remaining", VersionRemaining, "s", "Time until Meta stops to serve the configured Graph version, where that is known.");
    }

    /// <summary>Names the lanes in force.</summary>
    public void Watch(LaneTable? lanes) => _lanes = lanes;

    /// <summary>Names the lanes as they were counted last.</summary>
    public void Parked(IReadOnlyList<LaneView> lanes) => _parked = [.. lanes.Where(static lane => lane.Parked > 0)];

    public void Called(LaneId lane, Ruling ruling, MetaAnswer answer, int events)
    {
        _calls.Add(1, [Brand(lane), Pixel(lane), new("verdict", ruling.Verdict.ToString().ToLowerInvariant()), new("reason", ruling.Reason)]);
        _callDuration.Record(answer.Latency.TotalSeconds);
        _batchSize.Record(events);
        if (answer.Warnings > 0)
            _warnings.Add(answer.Warnings, Brand(lane), Pixel(lane));
        if (answer.IsUpgraded)
            _upgraded.Add(1);
    }

    /// <summary>What a batch that may be called for waited: its oldest Purchase for company, all of it for a slot.</summary>
    public void Taken(LaneTurn turn)
    {
        _slotWait.Record(_clock.GetElapsedTime(turn.DueAt).TotalSeconds);
        if (turn.Events[0] is { IsOrder: true, ArrivedAt: var arrivedAt })   // Purchases come first, oldest first
            _linger.Record(Math.Max(0, _clock.GetElapsedTime(arrivedAt, turn.DueAt).TotalSeconds));   // below zero: it came while the batch waited for its slot
    }

    public void Left(LaneId lane, string outcome, string reason) =>
        _events.Add(1, [Brand(lane), Pixel(lane), new("outcome", outcome), new("reason", reason)]);

    public void Delivered(TimeSpan age) => _age.Record(age.TotalSeconds);

    public void Fenced(int events) => _fenced.Add(events);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Waiting() =>
        _lanes is { } lanes ? lanes.Lanes.Select(static lane => new Measurement<int>(lane.Waiting, Brand(lane.Id), Pixel(lane.Id))) : [];

    private IEnumerable<Measurement<int>> Closed() =>
        _lanes is { } lanes ? lanes.Lanes.Select(static lane => new Measurement<int>(lane.Gate.Door is Door.Closed or Door.Parked ? 1 : 0, Brand(lane.Id), Pixel(lane.Id))) : [];

    private IEnumerable<Measurement<long>> Parked() =>
        _parked.Select(static lane => new Measurement<long>(lane.Parked, Brand(new(lane.BrandId, lane.PixelId)), Pixel(new(lane.BrandId, lane.PixelId))));

    private IEnumerable<Measurement<double>> Remaining() => _parked.Select(lane => new Measurement<double>(
        Math.Max(0, (lane.FirstExpiresAt!.Value - _clock.GetUtcNow()).TotalSeconds), Brand(new(lane.BrandId, lane.PixelId)), Pixel(new(lane.BrandId, lane.PixelId))));

    private IEnumerable<Measurement<double>> VersionRemaining() => GraphVersions.EndOf(_apiVersion) is { } end
        ? [new(Math.Max(0, (end - _clock.GetUtcNow()).TotalSeconds), new KeyValuePair<string, object?>("version", _apiVersion))]
        : [];

    private static KeyValuePair<string, object?> Brand(LaneId lane) => new("brand", lane.BrandId);

    private static KeyValuePair<string, object?> Pixel(LaneId lane) => new("pixel", lane.PixelId);
}
