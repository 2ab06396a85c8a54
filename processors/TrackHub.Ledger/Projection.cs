using Npgsql;
using TrackHub.Ledger.Books;
using TrackHub.Ledger.Projecting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ledger;

/// <summary>Turns a batch of decoded records into rows and writes them with its offsets in one transaction.</summary>
/// <remarks>Rows are keyed by content, so a record read twice, or lying at two offsets, is one row.</remarks>
internal sealed class Projection(NpgsqlDataSource database, TenantDirectory directory, ClickResealer resealer, BrowserScores scores)
{
    /// <summary>Moves the offsets and writes the rows.</summary>
    /// <returns>False when PostgreSQL's offsets are not those this reader left: nothing was written.</returns>
    public async Task<bool> WriteAsync(RecordBatch batch, DecodedRecords records, LedgerOffsets offsets, CancellationToken cancellationToken)
    {
        // Without its brands no click's user data could be sealed anew and no day be told, and a row stays as it was first written.
        if (!directory.IsLoaded) throw new DependencyAwayException("directory", null);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // First of all: a rebuild holds their table while it deletes, and no row of ours may stand in its way then.
        if (await offsets.Stored.AdvanceAsync(batch, connection, transaction, cancellationToken) is not { } advanced) return false;

        await InsertAsync(connection, transaction, records, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        advanced();
        return true;
    }

    /// <summary>Whether PostgreSQL takes these rows: writes them and takes them back.</summary>
    /// <exception cref="PostgresException">It does not.</exception>
    public async Task TryAsync(DecodedRecords records, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await InsertAsync(connection, transaction, records, cancellationToken);
    }

    private async Task InsertAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DecodedRecords records, CancellationToken cancellationToken)
    {
        await using var rows = new NpgsqlBatch(connection, transaction);
        AddRows(rows, records);
        var recorded = await StoredFirstAsync(rows, cancellationToken);
        await BookStore.WriteAsync(connection, transaction, [.. FactsOf(records)], recorded, cancellationToken);
    }

    /// <summary>Runs the inserts; gives the events among them that are new and end here.</summary>
    private static async Task<IReadOnlyList<(string BrandId, DateTimeOffset IngestedAt)>> StoredFirstAsync(NpgsqlBatch rows, CancellationToken cancellationToken)
    {
        var recorded = new List<(string, DateTimeOffset)>();
        await using var reader = await rows.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (EventKindSymbols.TryParse(reader.GetString(0), out var kind) && BookFact.IsSelfEnded(kind))
                recorded.Add((reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        // A later statement's refusal shows only when its result is asked for.
        while (await reader.NextResultAsync(cancellationToken))
        {
        }

        return recorded;
    }

    private static IEnumerable<BookFact> FactsOf(DecodedRecords records) =>
    [
        .. records.Events.Where(static e => !BookFact.IsSelfEnded(e.Value.Kind)).Select(BookFact.Of),
        .. records.Waiting.Select(BookFact.Of),
        .. records.Dispatches.Select(BookFact.Of),
        .. records.Outcomes.Select(BookFact.Of),
    ];

    private void AddRows(NpgsqlBatch rows, DecodedRecords records)
    {
        var browser = records.Events.Where(static e => e.Value.Kind is not EventKind.Sale).ToList();
        var touches = browser.Where(static e => e.Value.Kind is EventKind.Click or EventKind.PageView or EventKind.InitiateCheckout);

        QualityRows.AddTo(rows, scores.Of(browser), directory.Current);
        EventRows.Writer.AddTo(rows, records.Events);
        ClickRows.Clicks.AddTo(rows, [.. touches.Select(resealer.Reseal)]);
        ClickRows.Identities.AddTo(rows, ClickRows.IdentitiesOf(browser.Select(static e => e.Value)));
        QualityRows.AddTo(rows, records.Conversions, directory.Current);
        ConversionRows.Conversions.AddTo(rows, records.Conversions);
        ConversionRows.Matches.AddTo(rows, records.Conversions);
        OutcomeRows.Writer.AddTo(rows, [.. records.Outcomes, .. browser.Where(static e => BookFact.IsSelfEnded(e.Value.Kind)).Select(OutcomeRows.Recorded)]);
        DeadLetterRows.Writer.AddTo(rows, records.DeadLetters);
        QuarantineRows.Writer.AddTo(rows, QuarantineRows.Last(records.Quarantined));
        AlertRows.Writer.AddTo(rows, AlertRows.Newest(records.Alerts.Select(static alert => alert.Value)));
    }
}

/// <summary>The records of one batch by kind.</summary>
internal sealed class DecodedRecords
{
    /// <summary>From track-events and ingest-events.</summary>
    public List<Source<TrackedEvent>> Events { get; } = [];

    /// <summary>From conversions.</summary>
    public List<Source<Conversion>> Conversions { get; } = [];

    /// <summary>From event-outcomes.</summary>
    public List<Source<EventOutcome>> Outcomes { get; } = [];

    /// <summary>Sales that wait for their click, from pending-match topics.</summary>
    public List<Source<TrackedEvent>> Waiting { get; } = [];

    /// <summary>From the <c>capi-*</c> topics and parked.</summary>
    public List<Source<DispatchReady>> Dispatches { get; } = [];

    /// <summary>From alerts.</summary>
    public List<(Alert Value, RecordCoordinates Coordinates)> Alerts { get; } = [];

    /// <summary>From dead-letters.</summary>
    public List<(DeadLetter Value, RecordCoordinates Coordinates)> DeadLetters { get; } = [];

    /// <summary>From quarantine.</summary>
    public List<(QuarantinedWebhook Value, RecordCoordinates Coordinates)> Quarantined { get; } = [];

    /// <summary>What of it was decoded from these records.</summary>
    public DecodedRecords Of(IEnumerable<StreamRecord> sources)
    {
        var wanted = sources.Select(static record => record.Coordinates).ToHashSet();
        var part = new DecodedRecords();
        part.Events.AddRange(Events.Where(e => wanted.Contains(e.Coordinates)));
        part.Conversions.AddRange(Conversions.Where(c => wanted.Contains(c.Coordinates)));
        part.Outcomes.AddRange(Outcomes.Where(o => wanted.Contains(o.Coordinates)));
        part.Waiting.AddRange(Waiting.Where(w => wanted.Contains(w.Coordinates)));
        part.Dispatches.AddRange(Dispatches.Where(d => wanted.Contains(d.Coordinates)));
        part.Alerts.AddRange(Alerts.Where(a => wanted.Contains(a.Coordinates)));
        part.DeadLetters.AddRange(DeadLetters.Where(d => wanted.Contains(d.Coordinates)));
        part.Quarantined.AddRange(Quarantined.Where(q => wanted.Contains(q.Coordinates)));
        return part;
    }
}
