namespace TrackHub.Dispatch.Claiming;

/// <summary>The statements of a claim. One statement each, whatever the number of events.</summary>
internal static class ClaimSql
{
    /// <summary>
    /// Parameters $1 to $23: the events as columns, their consent subjects, then lease. <c>gated</c> says what each may become: the newest consent
    /// counts, of those of its subjects and the one found by matching, and of two at the same time the refusal; without any the brand's basis. A limit of one
    /// row, which keys hold anyway, has the planner look each subject up instead of reading everybody's consents.
    /// </summary>
    private const string Gated = """
        with input as (
            select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::boolean[], $8::text[], $9::int[],
                    $10::bigint[], $11::int[], $12::int[], $13::text[], $14::text[], $15::boolean[], $16::timestamptz[], $17::text[], $18::bigint[]) with ordinality
                as q (brand_id, pixel_id, event_name, event_id, ingest_id, event_time, is_order, topic, part, pos, made, ladder_step,
                    gate_state, gate_reason, ads, ads_at, basis, own_fence, item)
        ),
        subject as (
            select * from unnest($19::bigint[], $20::text[], $21::text[], $22::bytea[]) as s (item, brand_id, kind, subject)
        ),
        consent as (
            select distinct on (s.item) s.item, c.ads, c.at
            from subject s cross join lateral (
                select ads, at from consents where brand_id = s.brand_id and subject_kind = s.kind and subject = s.subject limit 1) c
            order by s.item, c.at desc, c.ads
        ),
        suppressed as (
            select distinct s.item
            from subject s cross join lateral (
                select from suppressions where brand_id = s.brand_id and subject_kind = s.kind and subject = s.subject limit 1) x
        ),
        judged as (
            select i.*, x.item is not null as is_suppressed,
                case when c.at < i.ads_at then i.ads when c.at = i.ads_at then c.ads and i.ads else coalesce(c.ads, i.ads) end as known_ads
            from input i left join consent c on c.item = i.item left join suppressed x on x.item = i.item
        ),
        gated as (
            select j.*,
                case when gate_state <> '' then gate_state
                     when is_suppressed then 'suppressed'
                     when known_ads or (known_ads is null and basis = 'granted') then 'claimed'
                     else 'blocked_consent' end as state,
                case when gate_state <> '' then gate_reason
                     when is_suppressed or known_ads then ''
                     when known_ads = false then 'refused'
                     when basis = 'granted' then ''
                     when basis = 'required' then 'consent_unknown'
                     else 'no_basis' end as reason
            from judged j
        ),
        """;

    /// <summary>Writes the audit's first half and names the rows that changed. $24 to $26: brand, pixel and batch id of each lane's call.</summary>
    private const string Started = """
        , call as (
            select * from unnest($24::text[], $25::text[], $26::text[]) as c (brand_id, pixel_id, batch_id)
        ),
        started as (
            insert into dispatch_attempts (brand_id, pixel_id, event_name, event_id, fence, started_at, ingest_id, attempt, ladder_step, batch_id, batch_size)
            select brand_id, pixel_id, event_name, event_id, fence, now(), ingest_id, attempt, ladder_step, batch_id, count(*) over (partition by batch_id)
            from changed join call using (brand_id, pixel_id) where state = 'claimed'
        )
        select brand_id, pixel_id, event_name, event_id from changed
        """;

    /// <summary>An attempt of unknown outcome older than this is not repeated by itself: beyond 48 h Meta counts the copy as another event.</summary>
    private const string Ambiguous = """
        (excluded.state = 'claimed' and coalesce(r.unknown_since, case when r.state = 'claimed' then r.updated_at end) < now() - interval '47 hours')
        """;

    /// <summary>Attempts made before this claim.</summary>
    private const string Made = "(excluded.attempt - case when excluded.state = 'claimed' then 1 else 0 end)";

    /// <summary>
    /// Claims what is new, waits for its next attempt, or was claimed by one whose lease is over. Only the copy whose attempts equal the row's goes on.
    /// Rows are locked in key order, so that two claims cannot block each other.
    /// </summary>
    public const string Claim = Gated + $"""
        changed as (
            insert into dedupe_registry as r (brand_id, pixel_id, event_name, event_id, state, reason, fence, lease_until, source_topic, source_partition,
                source_offset, attempt, ladder_step, first_attempt_at, ingest_id, event_time, is_order)
            select brand_id, pixel_id, event_name, event_id, state, reason, nextval('dispatch_fence'),
                case when state = 'claimed' then clock_timestamp() + $23::interval end, topic, part, pos,
                made + case when state = 'claimed' then 1 else 0 end, ladder_step, case when state = 'claimed' then now() end, ingest_id, event_time, is_order
            from gated order by brand_id, pixel_id, event_name, event_id
            on conflict (brand_id, pixel_id, event_name, event_id) do update set
                state = case when {Ambiguous} then 'parked' else excluded.state end,
                reason = case when {Ambiguous} then 'ambiguous_expired' else excluded.reason end,
                fence = excluded.fence,
                lease_until = case when {Ambiguous} then null else excluded.lease_until end,
                source_topic = excluded.source_topic,
                source_partition = excluded.source_partition,
                source_offset = excluded.source_offset,
                attempt = case when {Ambiguous} then {Made} else excluded.attempt end,
                ladder_step = excluded.ladder_step,
                first_attempt_at = coalesce(r.first_attempt_at, excluded.first_attempt_at),
                unknown_since = coalesce(r.unknown_since, case when r.state = 'claimed' then r.updated_at end),
                updated_at = now()
            where r.ingest_id = excluded.ingest_id
              and ((r.state in ('retry', 'held') and {Made} >= r.attempt)
                or (r.state = 'claimed' and r.lease_until <= clock_timestamp() and {Made} + 1 >= r.attempt))
            returning r.brand_id, r.pixel_id, r.event_name, r.event_id, r.state, r.fence, r.ingest_id, r.attempt, r.ladder_step
        )
        """ + Started;

    /// <summary>Gives our own claims a new lease and fence for another call; consent and suppression are asked anew.</summary>
    public const string Renew = Gated + """
        changed as (
            update dedupe_registry r set
                state = g.state,
                reason = g.reason,
                fence = nextval('dispatch_fence'),
                lease_until = case when g.state = 'claimed' then clock_timestamp() + $23::interval end,
                attempt = g.made + case when g.state = 'claimed' then 1 else 0 end,
                updated_at = now()
            from gated g
            where r.brand_id = g.brand_id and r.pixel_id = g.pixel_id and r.event_name = g.event_name and r.event_id = g.event_id
              and r.state = 'claimed' and r.fence = g.own_fence
            returning r.brand_id, r.pixel_id, r.event_name, r.event_id, r.state, r.fence, r.ingest_id, r.attempt, r.ladder_step
        )
        """ + Started;

    /// <summary>What a claim would make of events as far as consent and suppression go, and nothing done. $1 to $22 as <see cref="Gated"/>.</summary>
    public const string Judge = Gated + "answer as (select item, state from gated) select item, state from answer";

    /// <summary>Rows as they now stand, ours and others'. $1 to $4: keys.</summary>
    public const string Rows = """
        select q.item, r.state, r.reason, r.fence, r.attempt, r.ladder_step, r.ingest_id, r.source_topic, r.source_partition, r.source_offset,
            r.updated_at, r.revision, r.unknown_since is not null
        from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality as q (brand_id, pixel_id, event_name, event_id, item)
        join dedupe_registry r on r.brand_id = q.brand_id and r.pixel_id = q.pixel_id and r.event_name = q.event_name and r.event_id = q.event_id
        """;

    /// <summary>
    /// Ends the audit of older claims that never got an answer: of a predecessor that died ($6 <c>unknown</c>), or of a call of ours that was not
    /// begun ($6 <c>hold</c>). $1 to $5: keys and the new fences; $7: reason.
    /// </summary>
    public const string EndOlderAttempts = """
        update dispatch_attempts a set outcome = $6, reason = $7, finished_at = now()
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[]) as q (brand_id, pixel_id, event_name, event_id, fence)
        where a.brand_id = q.brand_id and a.pixel_id = q.pixel_id and a.event_name = q.event_name and a.event_id = q.event_id
          and a.fence < q.fence and a.outcome = 'started'
        """;
}
