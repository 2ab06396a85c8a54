namespace TrackHub.Matching.Replaying;

/// <summary>What a set of rules, or the live matcher, made of an order.</summary>
public sealed record ShadowOrder
{
    /// <summary>Brand.</summary>
    public required string BrandId { get; init; }

    /// <summary>Gateway.</summary>
    public required string Gateway { get; init; }

    /// <summary>Sale id, or <c>delivery:{id}</c>.</summary>
    public required string SaleId { get; init; }

    /// <summary>Stage that found the click: none, deterministic, semi_deterministic or probabilistic.</summary>
    public required string Stage { get; init; }

    /// <summary>1 for exact keys, the probability of stage 3, 0 without a click.</summary>
    public required double Score { get; init; }

    /// <summary>The signal that found it, or why none did.</summary>
    public required string Reason { get; init; }

    /// <summary>The click; null without one.</summary>
    public Guid? ClickIngestId { get; init; }

    /// <summary>Its campaign.</summary>
    public string? Campaign { get; init; }

    /// <summary>Whether the sale is a Purchase, and so has a value.</summary>
    public bool IsPurchase { get; init; }

    /// <summary>Gross value in minor units of <see cref="Currency"/>.</summary>
    public long? AmountMinor { get; init; }

    /// <summary>ISO 4217.</summary>
    public string? Currency { get; init; }
}

/// <summary>An order of which two sets of rules think differently.</summary>
/// <param name="Before">Under the first.</param>
/// <param name="After">Under the second.</param>
public sealed record ShadowChange(ShadowOrder Before, ShadowOrder After)
{
    /// <summary>What became of it: found, lost, other click, or the same click by another stage.</summary>
    public string How => (Before.ClickIngestId, After.ClickIngestId) switch
    {
        (null, _) => "found",
        (_, null) => "lost",
        var (before, after) when before != after => "other_click",
        _ => "other_stage",
    };
}

/// <summary>Orders and value that one stage found, before and after.</summary>
/// <param name="Stage">Stage.</param>
/// <param name="Currency">Currency of the values; null where no order of the stage has one.</param>
public sealed record ShadowStage(string Stage, string? Currency, int OrdersBefore, int OrdersAfter, long ValueBeforeMinor, long ValueAfterMinor);

/// <summary>How two sets of decisions on the same orders differ.</summary>
public sealed record ShadowDiff
{
    private ShadowDiff(int orders, int matchedBefore, int matchedAfter, IReadOnlyList<ShadowStage> stages, IReadOnlyList<ShadowChange> changes) =>
        (Orders, MatchedBefore, MatchedAfter, Stages, Changes) = (orders, matchedBefore, matchedAfter, stages, changes);

    /// <summary>Orders that both know.</summary>
    public int Orders { get; }

    /// <summary>Of them, with a click under the first.</summary>
    public int MatchedBefore { get; }

    /// <summary>With a click under the second.</summary>
    public int MatchedAfter { get; }

    /// <summary>Orders and value of Purchases by stage and currency.</summary>
    public IReadOnlyList<ShadowStage> Stages { get; }

    /// <summary>Orders whose click or stage differs.</summary>
    public IReadOnlyList<ShadowChange> Changes { get; }

    /// <summary>Compares decisions; an order that one side does not know is left out.</summary>
    public static ShadowDiff Of(IReadOnlyList<ShadowOrder> before, IReadOnlyList<ShadowOrder> after)
    {
        var former = before.ToDictionary(static o => (o.BrandId, o.Gateway, o.SaleId));
        var both = after.Where(o => former.ContainsKey((o.BrandId, o.Gateway, o.SaleId))).Select(o => new ShadowChange(former[(o.BrandId, o.Gateway, o.SaleId)], o)).ToList();
        var stages = both
            .SelectMany(static c => new[] { (Order: c.Before, IsAfter: false), (Order: c.After, IsAfter: true) })
            .GroupBy(static o => (o.Order.Stage, o.Order.Currency))
            .OrderBy(static g => (g.Key.Stage, g.Key.Currency))
            .Select(static g => new ShadowStage(
                g.Key.Stage, g.Key.Currency, g.Count(static o => !o.IsAfter), g.Count(static o => o.IsAfter),
                g.Where(static o => !o.IsAfter).Sum(static o => Value(o.Order)), g.Where(static o => o.IsAfter).Sum(static o => Value(o.Order))));
        return new(
            both.Count, both.Count(static c => c.Before.ClickIngestId is not null), both.Count(static c => c.After.ClickIngestId is not null), [.. stages],
            both.FindAll(static c => c.Before.ClickIngestId != c.After.ClickIngestId || c.Before.Stage != c.After.Stage));
    }

    private static long Value(ShadowOrder order) => order.IsPurchase ? order.AmountMinor ?? 0 : 0;
}
