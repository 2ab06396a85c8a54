using System.Globalization;

namespace TrackHub.Cli.Explaining;

/// <summary>Of a revision without a click, the events that have a key of its sale all the same, and why none of them counts.</summary>
internal static class NearClicks
{
    /// <summary>
    /// The event nearest in time by each key: of the ones that count before the sale, or else of the others. Parameters: brand, ingest id of the sale's event,
    /// its revision. What a sale brings beside these keys (fbc, the seller's own id, its address) the ledger keeps of no sale.
    /// </summary>
    public const string Select = """
        with sale as (select * from events where ingest_id = $2 and brand_id = $1)
        select $3::bigint as revision, near.* from sale s, lateral (
            (select 'click_id' as key, c.ingest_id, c.kind, c.event_time, c.received_at, null::timestamptz as linked_at from clicks c
             where c.brand_id = s.brand_id and c.click_id = s.click_id order by c.event_time > s.received_at, abs(extract(epoch from c.event_time - s.received_at)) limit 1)
            union all
            (select 'session_id', c.ingest_id, c.kind, c.event_time, c.received_at, null from clicks c
             where c.brand_id = s.brand_id and c.session_id = s.session_id order by c.event_time > s.received_at, abs(extract(epoch from c.event_time - s.received_at)) limit 1)
            union all
            (select i.index_kind, c.ingest_id, c.kind, c.event_time, c.received_at, i.first_seen from identities i join clicks c using (brand_id, session_id)
             where i.brand_id = s.brand_id and i.index_kind = 'email' and i.index_value = s.email_hash
             order by c.event_time > s.received_at, abs(extract(epoch from c.event_time - s.received_at)) limit 1)
            union all
            (select i.index_kind, c.ingest_id, c.kind, c.event_time, c.received_at, i.first_seen from identities i join clicks c using (brand_id, session_id)
             where i.brand_id = s.brand_id and i.index_kind = 'phone' and i.index_value = s.phone_hash
             order by c.event_time > s.received_at, abs(extract(epoch from c.event_time - s.received_at)) limit 1)
            union all
            (select 'email', c.ingest_id, c.kind, c.event_time, c.received_at, null from clicks c where c.brand_id = s.brand_id and c.email_hash = s.email_hash and c.session_id is null
             order by c.event_time > s.received_at, abs(extract(epoch from c.event_time - s.received_at)) limit 1)
            union all
            (select 'phone', c.ingest_id, c.kind, c.event_time, c.received_at, null from clicks c where c.brand_id = s.brand_id and c.phone_hash = s.phone_hash and c.session_id is null
             order by c.event_time > s.received_at, abs(extract(epoch from c.event_time - s.received_at)) limit 1)) near
        """;

    // How long after the sale a click may be received at each pass (MatchRules.Lateness).
    private static readonly TimeSpan[] Lateness = [TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(65)];

    /// <summary>A line for each.</summary>
    /// <param name="story">The story.</param>
    /// <param name="c">A revision of it without a click.</param>
    public static IEnumerable<string> Tell(Story story, ConversionFact c)
    {
        var rules = story.Rules.FirstOrDefault(r => r.Version == c.RulesVersion);
        return story.Near.Where(n => n.Revision == c.Revision)
            .Select(n => $"The {n.Kind.Replace('_', ' ')} of {StoryTeller.At(n.EventTime)} has its {Name(n.Key)}, {WhyNot(n, c, rules)}; ingest id {n.IngestId}.");
    }

    /// <summary>How people call a key.</summary>
    public static string Name(string key) => key switch
    {
        "click_id" => "click id",
        "session_id" => "session",
        "email" => "e-mail",
        "external_id" => "external id",
        _ => key,
    };

    private static string WhyNot(NearFact n, ConversionFact c, RulesFact? rules)
    {
        if (rules is not null && !rules.StageOrder.Contains(n.Key)) return "but the brand's rules leave that key out";
        if (n.EventTime > c.ReceivedAt) return $"but happened {Span(n.EventTime - c.ReceivedAt)} after the sale";

        var lateness = Lateness[Math.Clamp(c.Passes, 1, Lateness.Length) - 1];
        if (n.ReceivedAt > c.ReceivedAt + lateness) return $"but was received {Span(n.ReceivedAt - c.ReceivedAt)} after the sale, which waited {Seconds(lateness)} s for it";
        if (rules is not null && n.EventTime < c.ReceivedAt - TimeSpan.FromDays(rules.WindowDays))
            return $"but happened {Span(c.ReceivedAt - n.EventTime)} before the sale, and the brand's window is {rules.WindowDays} d";
        if (n.LinkedAt > c.ReceivedAt + lateness) return $"but its visitor gave that {Span(n.LinkedAt.Value - c.ReceivedAt)} after the sale, which waited {Seconds(lateness)} s for it";
        return "and would count by what is known now: the windows did not hold it when the sale was decided";
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);

    private static string Span(TimeSpan time) => time switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} d"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} h"),
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s"),
    };
}
