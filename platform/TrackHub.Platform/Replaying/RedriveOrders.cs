using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;

namespace TrackHub.Platform.Replaying;

/// <summary>Which dead letters; what is null does not narrow.</summary>
/// <param name="Ids">These.</param>
/// <param name="BrandId">Of this brand.</param>
/// <param name="PixelId">On their way to this pixel.</param>
/// <param name="Role">Given up by this role.</param>
/// <param name="Reason">For this reason.</param>
/// <param name="EventId">Of this event.</param>
/// <param name="From">Not before.</param>
/// <param name="To">Not after.</param>
public sealed record LetterFilter(string[]? Ids, string? BrandId, string? PixelId, string? Role, string? Reason, string? EventId, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>Roles that give letters up.</summary>
    public static readonly IReadOnlyList<string> Roles = ["ingress", "matcher", "dispatcher", "ledger", "metrics"];
}

/// <summary>Dead letters of a brand that are put back, as its tenant ordered it.</summary>
public sealed record RedriveOrder
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Which letters; its brand is never null.</summary>
    public required LetterFilter Filter { get; init; }

    /// <summary>Who ordered it.</summary>
    public required string Actor { get; init; }

    /// <summary>Nothing is sent or changed; it tells what would come of it.</summary>
    public required bool IsTrial { get; init; }

    /// <summary>Letters a second at most.</summary>
    public required int Rate { get; init; }

    /// <summary>running or done.</summary>
    public required string State { get; init; }

    /// <summary>Letters that the filter named when it was begun.</summary>
    public required long Letters { get; init; }

    /// <summary>Letters by what came of them; what did not occur is missing.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>When it was ordered.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When something of it was done last.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public required DateTimeOffset? EndedAt { get; init; }
}

/// <summary>Table <c>redrives</c> as whoever is connected may see it. What is written here is noted in the audit log.</summary>
public static class RedriveOrders
{
    private const string Columns = "redrive_id, brand_id, filter::text, actor, dry_run, rate, state, letters, counts::text, created_at, updated_at, ended_at";

    private const string Insert = $"insert into redrives (redrive_id, brand_id, filter, actor, dry_run, rate) values ($1, $2, $3::jsonb, $4, $5, $6) returning {Columns}";

    private const string One = $"select {Columns} from redrives where redrive_id = $1";

    private const string Oldest = $"select {Columns} from redrives where state = 'running' order by created_at limit 1";

    private const string Note = """
        update redrives set letters = $2, counts = $3::jsonb, updated_at = now(), state = case when $4 then 'done' else state end, ended_at = case when $4 then now() end
        where redrive_id = $1 and state = 'running'
        """;

    /// <summary>Orders one; a dispatcher carries it out.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="id">Id of the new one.</param>
    /// <param name="filter">Which letters, of one brand.</param>
    /// <param name="isTrial">Nothing is sent or changed.</param>
    /// <param name="rate">Letters a second at most, 1 to <see cref="ReplayDesk.MaxRate"/>.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancelled">Gives up.</param>
    public static async Task<RedriveOrder> AddAsync(NpgsqlConnection connection, Guid id, LetterFilter filter, bool isTrial, int rate, string actor, CancellationToken cancelled) =>
        (await ReadAsync(connection, Insert, cancelled, id, filter.BrandId!, JsonSerializer.Serialize(filter, RedriveJson.Default.LetterFilter), actor, isTrial, rate))!;

    /// <summary>One, or null.</summary>
    public static Task<RedriveOrder?> FindAsync(NpgsqlConnection connection, Guid id, CancellationToken cancelled) => ReadAsync(connection, One, cancelled, id);

    /// <summary>The oldest that has not ended, or null.</summary>
    public static Task<RedriveOrder?> NextAsync(NpgsqlConnection connection, CancellationToken cancelled) => ReadAsync(connection, Oldest, cancelled);

    /// <summary>Notes how far one is.</summary>
    public static async Task NoteAsync(NpgsqlConnection connection, Guid id, long letters, IReadOnlyDictionary<string, long> counts, bool isEnd, CancellationToken cancelled)
    {
        await using var command = Command(connection, Note, id, letters, JsonSerializer.Serialize(counts), isEnd);
        await command.ExecuteNonQueryAsync(cancelled);
    }

    private static async Task<RedriveOrder?> ReadAsync(NpgsqlConnection connection, string sql, CancellationToken cancelled, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await using var row = await command.ExecuteReaderAsync(cancelled);
        return await row.ReadAsync(cancelled)
            ? new()
            {
                Id = row.GetGuid(0),
                Filter = JsonSerializer.Deserialize(row.GetString(2), RedriveJson.Default.LetterFilter)! with { BrandId = row.GetString(1) },
                Actor = row.GetString(3),
                IsTrial = row.GetBoolean(4),
                Rate = row.GetInt32(5),
                State = row.GetString(6),
                Letters = row.GetInt64(7),
                Counts = JsonSerializer.Deserialize<Dictionary<string, long>>(row.GetString(8)) ?? [],
                CreatedAt = row.GetFieldValue<DateTimeOffset>(9),
                UpdatedAt = row.GetFieldValue<DateTimeOffset>(10),
                EndedAt = row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
            }
            : null;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(value is string ? new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text } : new() { Value = value });
        return command;
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LetterFilter))]
internal sealed partial class RedriveJson : JsonSerializerContext;
