using System.Text.Json;
using TrackHub.Platform.Rows;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>A click, page view or checkout with its user data sealed anew, so that it outlives the day key and can be erased in place.</summary>
/// <param name="Source">The event.</param>
/// <param name="UserData">User data under the tenant's window key; null where there was none or its day is shredded.</param>
internal sealed record ClickRow(Source<TrackedEvent> Source, SealedBox? UserData);

/// <summary>Tables <c>clicks</c> and <c>identities</c>: what windows are rebuilt from when the log no longer holds it.</summary>
internal static class ClickRows
{
    /// <summary>Writes <c>clicks</c>.</summary>
    public static readonly TableWriter<ClickRow> Clicks = new TableWriter<ClickRow>("clicks")
        .With("ingest_id", "uuid", static c => c.Source.IngestId)
        .With("ingested_at", "timestamptz", static c => c.Source.IngestedAt)
        .With("brand_id", "text", static c => c.Source.Value.BrandId)
        .With("kind", "text", static c => c.Source.Value.Kind.ToSymbol())
        .With("event_id", "text", static c => c.Source.Value.EventId)
        .With("event_time", "timestamptz", static c => c.Source.Value.EventTime)
        .With("received_at", "timestamptz", static c => c.Source.Value.ReceivedAt)
        .With("session_id", "text", static c => c.Source.Value.SessionId)
        .With("click_id", "text", static c => c.Source.Value.ClickId)
        .With("email_hash", "bytea", static c => c.Source.Value.Keys.Email)
        .With("phone_hash", "bytea", static c => c.Source.Value.Keys.Phone)
        .With("fbclid_hash", "bytea", static c => c.Source.Value.Keys.Fbclid)
        .With("external_hash", "bytea", static c => c.Source.Value.Keys.ExternalId)
        .With("ip_hash", "bytea", static c => c.Source.Value.Keys.Ip)
        .With("ip_prefix_hash", "bytea", static c => c.Source.Value.Keys.IpPrefix)
        .With("user_agent_hash", "bytea", static c => c.Source.Value.Keys.UserAgent)
        .With("traits", "jsonb", static c => JsonSerializer.Serialize(c.Source.Value.Traits, LedgerJson.Default.Traits))
        .With("url", "text", static c => c.Source.Value.Url)
        .With("consent_ads", "boolean", static c => c.Source.Value.ConsentAds)
        .With("user_data_key", "text", static c => c.UserData?.KeyId)
        .With("user_data", "bytea", static c => c.UserData?.Box);

    /// <summary>Writes <c>identities</c>: which blind index a session gave, first and last.</summary>
    public static readonly TableWriter<Identity> Identities = new TableWriter<Identity>(
            "identities as i",
            "(brand_id, session_id, index_kind, index_value) do update set " +
            "first_seen = least(i.first_seen, excluded.first_seen), last_seen = greatest(i.last_seen, excluded.last_seen)")
        .With("brand_id", "text", static i => i.BrandId)
        .With("session_id", "text", static i => i.SessionId)
        .With("index_kind", "text", static i => i.Kind)
        .With("index_value", "bytea", static i => i.Value)
        .With("first_seen", "timestamptz", static i => i.FirstSeen)
        .With("last_seen", "timestamptz", static i => i.LastSeen);

    /// <summary>The identities in these events, one row for each, as one statement may touch a row only once.</summary>
    public static IReadOnlyList<Identity> IdentitiesOf(IEnumerable<TrackedEvent> events) =>
    [
        .. from e in events
           where e.SessionId is not null
           from pair in new[] { ("email", e.Keys.Email), ("phone", e.Keys.Phone), ("external_id", e.Keys.ExternalId), ("fbclid", e.Keys.Fbclid) }
           where pair.Item2 is not null
           group e by (e.BrandId, SessionId: e.SessionId!, Kind: pair.Item1, Hex: Convert.ToHexStringLower(pair.Item2!)) into seen
           orderby seen.Key
           select new Identity(seen.Key.BrandId, seen.Key.SessionId, seen.Key.Kind, Convert.FromHexString(seen.Key.Hex),
               seen.Min(static e => e.EventTime), seen.Max(static e => e.EventTime)),
    ];
}

/// <summary>One blind index that one session gave.</summary>
internal sealed record Identity(string BrandId, string SessionId, string Kind, byte[] Value, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);
