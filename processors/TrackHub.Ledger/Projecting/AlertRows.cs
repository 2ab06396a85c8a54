using TrackHub.Platform.Rows;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>Table <c>alerts</c>: what operators should look at. The newest record of an alert counts.</summary>
internal static class AlertRows
{
    /// <summary>Writes <c>alerts</c>.</summary>
    public static readonly TableWriter<Alert> Writer = new TableWriter<Alert>(
            "alerts as a",
            "(alert_id) do update set severity = excluded.severity, state = excluded.state, since = excluded.since, at = excluded.at, " +
            "resolved_at = excluded.resolved_at, value = excluded.value, threshold = excluded.threshold, detail = excluded.detail, " +
            "remedy = excluded.remedy, examples = excluded.examples where excluded.at >= a.at")
        .With("alert_id", "text", static a => a.AlertId)
        .With("brand_id", "text", static a => a.BrandId)
        .With("rule", "text", static a => a.Rule)
        .With("subject", "text", static a => a.Subject)
        .With("severity", "text", static a => a.Severity.ToSymbol())
        .With("state", "text", static a => a.State.ToSymbol())
        .With("since", "timestamptz", static a => a.Since)
        .With("at", "timestamptz", static a => a.At)
        .With("resolved_at", "timestamptz", static a => a.State is AlertState.Resolved ? a.At : (DateTimeOffset?)null)
        .With("value", "double precision", static a => a.Value)
        .With("threshold", "double precision", static a => a.Threshold)
        .With("detail", "text", static a => a.Detail)
        .With("remedy", "text", static a => a.Remedy)
        .With("examples", "text", static a => string.Join(',', a.Examples), "string_to_array(r.examples, ',')");

    /// <summary>The newest of each alert, as one statement may touch a row only once.</summary>
    public static IReadOnlyList<Alert> Newest(IEnumerable<Alert> alerts) =>
        [.. alerts.GroupBy(static a => a.AlertId).Select(static g => g.OrderBy(static a => a.At).Last())];
}
