using System.Text;
using Npgsql;
using TrackHub.Schemas;

namespace TrackHub.Matching.Consents;

/// <summary>By whom a consent is found: a session, or the blind index of an e-mail or phone.</summary>
internal readonly record struct ConsentSubject(string BrandId, string Kind, byte[] Subject)
{
    /// <summary>The subjects of an event.</summary>
    public static IEnumerable<ConsentSubject> Of(TrackedEvent tracked)
    {
        if (tracked.SessionId is { Length: > 0 } session)
            yield return new(tracked.BrandId, "session", Encoding.UTF8.GetBytes(session));
        if (tracked.Keys.Email is { } email)
            yield return new(tracked.BrandId, "email", email);
        if (tracked.Keys.Phone is { } phone)
            yield return new(tracked.BrandId, "phone", phone);
    }
}

/// <summary>The table <c>consents</c>: the newest consent of each subject by its own time.</summary>
internal sealed class ConsentStore(NpgsqlDataSource postgres)
{
    /// <summary>Takes consent events in, durably; an older one than the known changes nothing.</summary>
    public async Task WriteAsync(IReadOnlyList<TrackedEvent> consents, CancellationToken cancellationToken)
    {
        var rows = consents
            .Where(static c => c.ConsentAds is not null)
            .SelectMany(static c => ConsentSubject.Of(c).Select(s => (Subject: s, Event: c)))
            .ToList();
        if (rows.Count == 0)
            return;

        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                // Ordered by the primary key, so that two writers lock rows in the same order.
                new("""
                    insert into consents (brand_id, subject_kind, subject, ads, at, ingest_id)
                    select distinct on (b, k, s) b, k, s, a, t, i
                    from unnest($1::text[], $2::text[], $3::bytea[], $4::boolean[], $5::timestamptz[], $6::uuid[]) as q (b, k, s, a, t, i)
                    order by b, k, s, t desc, i desc
                    on conflict (brand_id, subject_kind, subject) do update
                        set ads = excluded.ads, at = excluded.at, ingest_id = excluded.ingest_id, updated_at = now()
                        where (excluded.at, excluded.ingest_id) > (consents.at, consents.ingest_id)
                    """)
                {
                    Parameters =
                    {
                        new() { Value = rows.ConvertAll(static r => r.Subject.BrandId).ToArray() },
                        new() { Value = rows.ConvertAll(static r => r.Subject.Kind).ToArray() },
                        new() { Value = rows.ConvertAll(static r => r.Subject.Subject).ToArray() },
                        new() { Value = rows.ConvertAll(static r => r.Event.ConsentAds!.Value).ToArray() },
                        new() { Value = rows.ConvertAll(static r => r.Event.EventTime.UtcDateTime).ToArray() },
                        new() { Value = rows.ConvertAll(static r => Guid.Parse(r.Event.IngestId)).ToArray() },
                    },
                },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The newest consent among each item's subjects, in the items' order; null where none is known.</summary>
    public async Task<IReadOnlyList<KnownConsent?>> FindAsync(IReadOnlyList<IReadOnlyList<ConsentSubject>> items, CancellationToken cancellationToken)
    {
        var found = new KnownConsent?[items.Count];
        var asked = items.SelectMany(static (subjects, item) => subjects.Select(s => (Item: item, Subject: s))).ToList();
        if (asked.Count == 0)
            return found;

        await using var command = postgres.CreateCommand("""
            select q.item, c.ads, c.at
            from unnest($1::int[], $2::text[], $3::text[], $4::bytea[]) as q (item, b, k, s)
            join consents c on c.brand_id = q.b and c.subject_kind = q.k and c.subject = q.s
            """);
        command.Parameters.Add(new() { Value = asked.ConvertAll(static a => a.Item).ToArray() });
        command.Parameters.Add(new() { Value = asked.ConvertAll(static a => a.Subject.BrandId).ToArray() });
        command.Parameters.Add(new() { Value = asked.ConvertAll(static a => a.Subject.Kind).ToArray() });
        command.Parameters.Add(new() { Value = asked.ConvertAll(static a => a.Subject.Subject).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var item = reader.GetInt32(0);
            found[item] = KnownConsent.Newest(found[item], new(reader.GetBoolean(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return found;
    }
}
