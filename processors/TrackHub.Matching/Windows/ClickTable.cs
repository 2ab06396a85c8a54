using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>What the ledger keeps of browser events when the log has dropped them: tables <c>clicks</c> and <c>identities</c>.</summary>
internal sealed class ClickTable(NpgsqlDataSource postgres)
{
    /// <summary>The columns that <see cref="Read"/> takes, in its order, of <c>clicks</c> as <c>c</c>.</summary>
    public const string Columns =
        "c.ingest_id, c.brand_id, c.kind, c.event_id, c.event_time, c.received_at, c.session_id, c.click_id, c.url, c.consent_ads, c.email_hash, c.phone_hash, " +
        "c.fbclid_hash, c.external_hash, c.ip_hash, c.ip_prefix_hash, c.user_agent_hash, c.traits, c.user_data_key, c.user_data";

    private const string SelectClicks = $"""
        select {Columns} from clicks c where c.ingested_at >= $1 - interval '1 day' and c.ingested_at < $2 and c.event_time >= $1
        """;

    // An identity without its event: the session gave it between these two times.
    private const string SelectIdentities = """
        select brand_id, session_id, index_kind, index_value, first_seen, last_seen from identities
        where last_seen >= $1 and first_seen < $2 and index_kind in ('email', 'phone', 'external_id')
        """;

    /// <summary>Clicks, pages and checkouts that happened since a time and were accepted before another, in chunks, then who gave which identity.</summary>
    /// <param name="since">Oldest event time.</param>
    /// <param name="before">What was accepted from then on is left out.</param>
    /// <param name="chunk">Most events at once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<IReadOnlyList<TrackedEvent>> ReadAsync(
        DateTimeOffset since, DateTimeOffset before, int chunk, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (sql, read) in new (string, Func<NpgsqlDataReader, TrackedEvent>)[] { (SelectClicks, Read), (SelectIdentities, ReadIdentity) })
        {
            await using var command = postgres.CreateCommand(sql);
            command.CommandTimeout = 0;   // As long as the windows take the rows.
            command.Parameters.Add(new() { Value = since.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            command.Parameters.Add(new() { Value = before.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var events = new List<TrackedEvent>(chunk);
            while (await reader.ReadAsync(cancellationToken))
            {
                events.Add(read(reader));
                if (events.Count < chunk)
                    continue;
                yield return events;
                events = new(chunk);
            }

            yield return events;
        }
    }

    /// <summary>The event of a row; its user data are sealed under the tenant's window key. Value and currency are not kept.</summary>
    public static TrackedEvent Read(NpgsqlDataReader row) => new()
    {
        IngestId = row.GetGuid(0).ToString(),
        BrandId = row.GetString(1),
        Kind = EventKindSymbols.TryParse(row.GetString(2), out var kind) ? kind : EventKind.Unknown,
        EventId = row.GetString(3),
        EventTime = row.GetFieldValue<DateTimeOffset>(4),
        ReceivedAt = row.GetFieldValue<DateTimeOffset>(5),
        SessionId = Text(row, 6),
        ClickId = Text(row, 7),
        Url = Text(row, 8),
        ConsentAds = row.IsDBNull(9) ? null : row.GetBoolean(9),
        Keys = new()
        {
            Email = Bytes(row, 10),
            Phone = Bytes(row, 11),
            Fbclid = Bytes(row, 12),
            ExternalId = Bytes(row, 13),
            Ip = Bytes(row, 14),
            IpPrefix = Bytes(row, 15),
            UserAgent = Bytes(row, 16),
        },
        Traits = JsonSerializer.Deserialize(row.GetString(17), ClickJson.Default.Traits) ?? new(),
        UserData = row.IsDBNull(18) || row.IsDBNull(19) ? null : new SealedBox { KeyId = row.GetString(18), Box = row.GetFieldValue<byte[]>(19) },
    };

    private static TrackedEvent ReadIdentity(NpgsqlDataReader row)
    {
        var (kind, value) = (row.GetString(2), row.GetFieldValue<byte[]>(3));
        return new()
        {
            IngestId = Guid.Empty.ToString(),
            BrandId = row.GetString(0),
            Kind = EventKind.Identify,
            EventId = "",
            SessionId = row.GetString(1),
            Keys = new()
            {
                Email = kind == "email" ? value : null,
                Phone = kind == "phone" ? value : null,
                ExternalId = kind == "external_id" ? value : null,
            },
            Traits = new(),

            // Known since the first time, alive since the last.
            ReceivedAt = row.GetFieldValue<DateTimeOffset>(4),
            EventTime = row.GetFieldValue<DateTimeOffset>(5),
        };
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static byte[]? Bytes(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<byte[]>(column);
}

/// <summary>JSON of the column <c>traits</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(Traits))]
internal sealed partial class ClickJson : JsonSerializerContext;
