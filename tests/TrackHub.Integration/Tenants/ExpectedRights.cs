namespace TrackHub.Integration.Tenants;

/// <summary>Whose rows a table has.</summary>
internal enum RowsOf
{
    /// <summary>Nobody's: no tenant reads it.</summary>
    System,

    /// <summary>One tenant's, by its own id.</summary>
    Tenant,

    /// <summary>A brand's.</summary>
    Brand,
}

/// <summary>Who may do what with one table.</summary>
/// <param name="Table">Name.</param>
/// <param name="Rows">Whose rows.</param>
/// <param name="Writer">Rights of <c>trackhub_writer</c>, in the order of the alphabet.</param>
/// <param name="Hidden">Columns <c>trackhub_console</c> cannot read.</param>
/// <param name="ConsoleWrites">What the console may do beyond reading.</param>
internal sealed record TableRights(string Table, RowsOf Rows, string Writer, string Hidden = "", string ConsoleWrites = "");

/// <summary>The decision for every table. A table that is not here fails the test, and so does a column nobody decided about.</summary>
internal static class ExpectedRights
{
    public static readonly IReadOnlyList<TableRights> Tables =
    [
        new("tenants", RowsOf.Tenant, "select", "window_key_sealed"),
        new("brands", RowsOf.Tenant, "select", "index_key_sealed"),
        new("pixels", RowsOf.Brand, "select", "token_sealed"),
        new("gateway_connections", RowsOf.Brand, "select", "path_hash path_sealed previous_sealed secret_sealed"),
        new("write_keys", RowsOf.Brand, "select", "key_hash"),
        new("funnels", RowsOf.Brand, "select", ConsoleWrites: "delete insert update(domain) update(name)"),
        new("match_rules", RowsOf.Brand, "select"),
        new("brand_integrations", RowsOf.Brand, "insert select update", "due_at failures fence key_sealed lease_until repulled_at"),
        new("users", RowsOf.System, ""),
        new("sessions", RowsOf.System, ""),
        new("api_keys", RowsOf.System, ""),
        new("request_buckets", RowsOf.System, ""),
        new("encryption_keys", RowsOf.System, "select"),
        new("day_secrets", RowsOf.System, "delete insert select"),
        new("directory_version", RowsOf.System, "select"),
        new("audit_log", RowsOf.System, "insert"),
        new("schema_migrations", RowsOf.System, "select"),
        new("ledger_offsets", RowsOf.System, "insert select update"),
        new("events", RowsOf.Brand, "insert select"),
        new("clicks", RowsOf.Brand, "insert select", "user_data user_data_key"),
        new("identities", RowsOf.Brand, "delete insert select update"),
        new("conversions", RowsOf.Brand, "insert select"),
        new("matches", RowsOf.Brand, "insert select"),
        new("event_outcomes", RowsOf.Brand, "insert select"),
        new("dead_letters", RowsOf.Brand, "delete insert select"),
        new("quarantine", RowsOf.Brand, "delete insert select update"),
        new("book_entries", RowsOf.Brand, "delete insert select update"),
        new("book_minutes", RowsOf.Brand, "delete insert select update"),
        new("quality_days", RowsOf.Brand, "delete insert select update"),
        new("alerts", RowsOf.Brand, "delete insert select update"),
        new("metrics_offsets", RowsOf.System, "insert select update"),
        new("metrics_brands", RowsOf.Brand, "insert select update"),
        new("currency_rates", RowsOf.System, "select"),
        new("order_facts", RowsOf.Brand, "delete insert select update"),
        new("spend_facts", RowsOf.Brand, "delete insert select update"),
        new("performance_metrics", RowsOf.Brand, "insert select update"),
        new("performance_configs", RowsOf.Brand, "select",
            ConsoleWrites: "insert update(notification_channels) update(sentry_enabled) update(sentry_sensitivity) update(updated_at)"),
        new("performance_anomalies", RowsOf.Brand, "delete insert select update", ConsoleWrites: "update(status)"),
        new("sentry_brands", RowsOf.Brand, "insert select update"),
        new("orders", RowsOf.Brand, "delete insert select update", "matched"),
        new("order_revisions", RowsOf.Brand, "insert select", "outcome"),
        new("consents", RowsOf.Brand, "delete insert select update"),
        new("suppressions", RowsOf.Brand, "select"),
        new("dedupe_registry", RowsOf.Brand, "delete insert select update"),
        new("dispatch_attempts", RowsOf.Brand, "insert select update"),
        new("dispatch_lanes", RowsOf.Brand, "insert select update"),
        new("replays", RowsOf.Brand, "delete insert select update",
            ConsoleWrites: "insert(actor) insert(brand_id) insert(end_offsets) insert(first_offsets) insert(next_offsets) insert(partitions) insert(rate) insert(replay_id) insert(topic) "
                + "update(ended_at) update(ended_by) update(state) update(updated_at)"),
        new("dead_letter_redrives", RowsOf.Brand, "delete insert select update"),
        new("redrives", RowsOf.Brand, "delete select update", ConsoleWrites: "insert(actor) insert(brand_id) insert(dry_run) insert(filter) insert(rate) insert(redrive_id)"),
    ];
}
