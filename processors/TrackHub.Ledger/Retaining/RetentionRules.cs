using TrackHub.Platform.Tenants;

namespace TrackHub.Ledger.Retaining;

/// <summary>Says what is old enough to go. Pure.</summary>
internal static class RetentionRules
{
    private static readonly string[] Deliveries = ["dispatch_attempts", "event_outcomes", "book_entries"];

    /// <summary>How long the registry remembers browser events: what is older than seven days is never sent, so forgetting it makes no duplicate.</summary>
    public static readonly TimeSpan SentBrowserEvents = TimeSpan.FromDays(9);

    /// <summary>Moment before which a table's rows may go.</summary>
    public static DateTimeOffset Before(string table, DateTimeOffset now, RetentionOptions options) =>
        now - (Deliveries.Contains(table, StringComparer.Ordinal) ? options.Deliveries : options.History);

    /// <summary>The months whose youngest possible row may go. The default partition has no end and never goes.</summary>
    public static IEnumerable<MonthPartition> Due(IEnumerable<MonthPartition> partitions, DateTimeOffset now, RetentionOptions options) =>
        partitions.Where(partition => partition.EndsAt <= Before(partition.Parent, now, options));
}
