using TrackHub.ConsoleApi.Performance.Contract;

namespace TrackHub.ConsoleApi.Performance.Figures;

/// <summary>The sums of one bucket, as table <c>performance_metrics</c> has them.</summary>
internal sealed record Bucket
{
    /// <summary>Brand.</summary>
    public required string BrandId { get; init; }

    /// <summary>Whose sales and ads.</summary>
    public required FigureSource Source { get; init; }

    /// <summary>How long it is.</summary>
    public required FigurePeriod Period { get; init; }

    /// <summary>When it begins.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Currency of its amounts.</summary>
    public required string Currency { get; init; }

    /// <summary>Higher with each change.</summary>
    public long Revision { get; init; }

    /// <summary>What ads cost, minor units.</summary>
    public long SpendMinor { get; init; }

    /// <summary>What sales brought, minor units.</summary>
    public long RevenueMinor { get; init; }

    /// <summary>What was taken back since, minor units.</summary>
    public long RefundedMinor { get; init; }

    /// <summary>Sales that stand.</summary>
    public long Conversions { get; init; }

    /// <summary>Customers won.</summary>
    public long NewCustomers { get; init; }

    /// <summary>Clicks on ads.</summary>
    public long Clicks { get; init; }

    /// <summary>Times ads were shown.</summary>
    public long Impressions { get; init; }

    /// <summary>Amounts left out for want of a rate.</summary>
    public long Unconverted { get; init; }

    /// <summary>Whether its facts have all moved elsewhere: it stays in the table, and is no figure.</summary>
    public bool IsEmpty => (SpendMinor | RevenueMinor | RefundedMinor | Conversions | NewCustomers | Clicks | Impressions | Unconverted) == 0;
}
