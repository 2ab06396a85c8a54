using System.Globalization;
using TrackHub.Cli.Output;
using TrackHub.Matching.Replaying;
using TrackHub.Platform.Money;

namespace TrackHub.Cli.Replaying;

/// <summary>Prints what a dry run found.</summary>
/// <param name="sales">Sales' events that were read.</param>
/// <param name="recorded">What was recorded against the present rules.</param>
/// <param name="others">The present rules against those of the file; null without a file.</param>
internal sealed class ShadowReport(int sales, ShadowDiff recorded, ShadowDiff? others)
{
    /// <summary>Changed orders in the table for people; --json prints all.</summary>
    public const int MostChanges = 50;

    private static readonly Column<ShadowStage>[] StageColumns =
    [
        new("stage", static s => s.Stage), new("currency", static s => s.Currency), new("orders_before", static s => s.OrdersBefore), new("orders_after", static s => s.OrdersAfter),
        new("value_before", static s => Money(s.ValueBeforeMinor, s.Currency)), new("value_after", static s => Money(s.ValueAfterMinor, s.Currency)),
    ];

    private static readonly Column<ShadowChange>[] ChangeColumns =
    [
        new("brand", static c => c.After.BrandId), new("gateway", static c => c.After.Gateway), new("sale", static c => c.After.SaleId), new("change", static c => c.How),
        new("stage_before", static c => c.Before.Stage), new("score_before", static c => c.Before.Score), new("click_before", static c => c.Before.ClickIngestId?.ToString()), new("campaign_before", static c => c.Before.Campaign),
        new("stage_after", static c => c.After.Stage), new("score_after", static c => c.After.Score), new("click_after", static c => c.After.ClickIngestId?.ToString()), new("campaign_after", static c => c.After.Campaign),
        new("reason_after", static c => c.After.Reason),
    ];

    /// <summary>Match rate, value by stage, orders that change and how: data on standard output, what it means beside it.</summary>
    public void Print(Printer printer)
    {
        var diff = others ?? recorded;
        var (before, after) = others is null ? ("recorded", "present rules") : ("present rules", "rules of the file");
        printer.Say($"{sales} events of {diff.Orders} orders decided again; nothing was sent or changed.");
        if (others is not null)
            printer.Say($"Under the present rules {recorded.Orders - recorded.Changes.Count} of the {recorded.Orders} orders the ledger has recorded come out as recorded.");

        printer.Table(
            [(Rules: before, Matched: diff.MatchedBefore), (Rules: after, Matched: diff.MatchedAfter)],
            new Column<(string Rules, int Matched)>("rules", static r => r.Rules), new("orders", _ => diff.Orders), new("matched", static r => r.Matched),
            new("match_rate", r => diff.Orders == 0 ? null : Math.Round((double)r.Matched / diff.Orders, 4)));
        printer.Table(diff.Stages, StageColumns);
        if (diff.Changes.Count == 0)
        {
            printer.Say("No order changes.");
            return;
        }

        printer.Table(printer.Json ? diff.Changes : diff.Changes.Take(MostChanges), ChangeColumns);
        printer.Say($"{diff.Changes.Count} order(s) change: {string.Join(", ", diff.Changes.CountBy(static c => c.How).OrderBy(static c => c.Key).Select(static c => $"{c.Value} {c.Key.Replace('_', ' ')}"))}."
            + (!printer.Json && diff.Changes.Count > MostChanges ? $" The first {MostChanges} are shown; --json prints all." : ""));
    }

    private static string? Money(long minor, string? currency) => currency is null ? null : MinorUnits.ToMajor(minor, currency).ToString("F" + MinorUnits.Exponent(currency), CultureInfo.InvariantCulture);
}
