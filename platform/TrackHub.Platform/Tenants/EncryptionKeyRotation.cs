using System.Security.Cryptography;
using Npgsql;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tenants;

/// <summary>Makes, replaces and rewraps encryption keys. Nothing stops meanwhile: readers know every key, retired ones included.</summary>
internal sealed class EncryptionKeyRotation(NpgsqlConnection connection, MasterKeys masters)
{
    // Column, purpose, and who owns the row. Row ids are what the column was sealed for.
    private static readonly (string Table, string Column, string Purpose, string RowsAndOwners)[] SealedColumns =
    [
        ("tenants", "window_key_sealed", ColumnPurpose.WindowKey, "select id, id, window_key_sealed from tenants"),
        ("brands", "index_key_sealed", ColumnPurpose.IndexKey, "select id, tenant_id, index_key_sealed from brands"),
        ("pixels", "token_sealed", ColumnPurpose.PixelToken,
            "select p.id, b.tenant_id, token_sealed from pixels p join brands b on b.id = brand_id"),
        ("gateway_connections", "path_sealed", ColumnPurpose.ConnectionPath,
            "select c.id, b.tenant_id, path_sealed from gateway_connections c join brands b on b.id = brand_id"),
        ("gateway_connections", "secret_sealed", ColumnPurpose.ConnectionSecret,
            "select c.id, b.tenant_id, secret_sealed from gateway_connections c join brands b on b.id = brand_id where secret_sealed is not null"),
        ("gateway_connections", "previous_sealed", ColumnPurpose.ConnectionSecret,
            """
            select c.id, b.tenant_id, previous_sealed from gateway_connections c join brands b on b.id = brand_id
            where previous_sealed is not null
            """),
        ("day_secrets", "sealed", ColumnPurpose.DaySecret, $"select day::text, '{Sealer.SystemTenant}', sealed from day_secrets"),
        ("brand_integrations", "key_sealed", ColumnPurpose.IntegrationKey,
            """
            select i.brand_id || '/' || platform, b.tenant_id, key_sealed from brand_integrations i join brands b on b.id = brand_id
            where key_sealed is not null
            """),
    ];

    /// <summary>Makes the first key where there is none, and seals under the current master key what a former one sealed.</summary>
    /// <returns>Number of keys rewrapped.</returns>
    /// <exception cref="WrongMasterKeyException">A key was sealed under neither master key given.</exception>
    public async Task<int> EnsureAsync(CancellationToken cancelled)
    {
        await using var transaction = await LockAsync(cancelled);
        var rows = await RowsAsync(cancelled);
        var rewrapped = 0;
        foreach (var (id, box, check) in rows)
        {
            var master = masters.Find(check);
            if (master == masters.Current)
                continue;

            await ExecuteAsync(
                "update encryption_keys set sealed = $2, master_check = $3 where id = $1", cancelled,
                id, masters.Current.Wrap(id, master.Unwrap(id, box)), masters.Current.CheckValue);
            rewrapped++;
        }

        if (rows.Count == 0)
            await AddAsync("kek-1", cancelled);
        await transaction.CommitAsync(cancelled);
        return rewrapped;
    }

    /// <summary>Makes a new key, seals every secret under it and retires the others, in one transaction.</summary>
    /// <returns>The new key's id and the number of secrets sealed anew.</returns>
    public async Task<(string KeyId, int Resealed)> RotateAsync(CancellationToken cancelled)
    {
        await using var transaction = await LockAsync(cancelled);
        var former = await EncryptionKeys.LoadAsync(connection, masters, cancelled);
        var newest = (await RowsAsync(cancelled)).Max(static row => int.Parse(row.Id[(row.Id.IndexOf('-') + 1)..]));
        var id = $"kek-{newest + 1}";
        await AddAsync(id, cancelled);
        await ExecuteAsync("update encryption_keys set retired_at = now() where id <> $1 and retired_at is null", cancelled, id);

        var current = await EncryptionKeys.LoadAsync(connection, masters, cancelled);
        var resealed = 0;
        foreach (var (table, column, purpose, query) in SealedColumns)
        {
            foreach (var (row, tenant, text) in await SealedRowsAsync(query, cancelled))
            {
                var key = table switch { "day_secrets" => "day = $1::date", "brand_integrations" => "brand_id || '/' || platform = $1", _ => "id = $1" };
                await ExecuteAsync(
                    $"update {table} set {column} = $2 where {key}", cancelled,
                    row, current.Seal(tenant, purpose, row, former.Open(tenant, purpose, row, text)));
                resealed++;
            }
        }

        await transaction.CommitAsync(cancelled);
        return (id, resealed);
    }

    private Task AddAsync(string id, CancellationToken cancelled) => ExecuteAsync(
        "insert into encryption_keys (id, sealed, master_check) values ($1, $2, $3)", cancelled,
        id, masters.Current.Wrap(id, RandomNumberGenerator.GetBytes(MasterKey.Bytes)), masters.Current.CheckValue);

    private async Task<NpgsqlTransaction> LockAsync(CancellationToken cancelled)
    {
        var transaction = await connection.BeginTransactionAsync(cancelled);
        await ExecuteAsync("select pg_advisory_xact_lock(hashtext('trackhub encryption keys'))", cancelled);
        return transaction;
    }

    private async Task<List<(string Id, byte[] Sealed, byte[] Check)>> RowsAsync(CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand("select id, sealed, master_check from encryption_keys", connection);
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        var rows = new List<(string, byte[], byte[])>();
        while (await reader.ReadAsync(cancelled))
            rows.Add((reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<byte[]>(2)));
        return rows;
    }

    private async Task<List<(string Row, string Tenant, string Sealed)>> SealedRowsAsync(string query, CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand(query + " for update", connection);
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        var rows = new List<(string, string, string)>();
        while (await reader.ReadAsync(cancelled))
            rows.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return rows;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancelled, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancelled);
    }
}
