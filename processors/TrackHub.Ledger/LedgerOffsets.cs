using Npgsql;
using TrackHub.Platform.Streams;

namespace TrackHub.Ledger;

/// <summary>Where one reader of the ledger stands, and what it reads a second time because of a rebuild.</summary>
internal sealed class LedgerOffsets(NpgsqlDataSource database)
{
    /// <summary>Where they are kept.</summary>
    public const string Table = "ledger_offsets";

    private volatile IReadOnlyDictionary<(string Topic, int Partition), (long Until, DateTimeOffset From)> _again =
        new Dictionary<(string, int), (long, DateTimeOffset)>();

    /// <summary>The offsets themselves.</summary>
    public StoredOffsets Stored { get; } = new(database, Table);

    /// <summary>Where to read on, by partition; those without a transaction yet are missing.</summary>
    public async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> NextAsync(CancellationToken cancellationToken)
    {
        // In this order: a rebuild that begins in between moves the offsets just read, and then this reader cannot commit.
        var next = await Stored.NextAsync(cancellationToken);
        _again = await AgainAsync(cancellationToken);
        return next;
    }

    /// <summary>Of a record that is read a second time, from when on its rows are to be made again; null for one that is new.</summary>
    public DateTimeOffset? RebuiltFrom(RecordCoordinates at) =>
        _again.TryGetValue((at.Topic, at.Partition), out var again) && at.Offset < again.Until ? again.From : null;

    /// <summary>Whether anything is still to be read a second time.</summary>
    public static async Task<bool> IsAgainAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select exists (select from {Table} where next_offset < again_until)", connection, transaction);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<Dictionary<(string Topic, int Partition), (long Until, DateTimeOffset From)>> AgainAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select topic, partition, again_until, again_from from {Table} where next_offset < again_until");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var again = new Dictionary<(string, int), (long, DateTimeOffset)>();
        while (await reader.ReadAsync(cancellationToken))
            again[(reader.GetString(0), reader.GetInt32(1))] = (reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset>(3));
        return again;
    }
}
