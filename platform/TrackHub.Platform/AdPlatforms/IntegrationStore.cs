using Npgsql;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>Table <c>brand_integrations</c> for people: keys go in and never come out. Every statement names the tenant, who reaches its own brands only.</summary>
/// <param name="postgres">Connects as <c>trackhub_writer</c>: sealing needs the encryption keys, which the console's login cannot read.</param>
/// <param name="masters">Open the encryption keys.</param>
public sealed class IntegrationStore(NpgsqlDataSource postgres, MasterKeys masters)
{
    private const string Columns =
        "i.brand_id, i.platform, i.account_id, i.status, i.status_reason, i.last_validated, i.time_zone, i.currency, i.updated_at, i.pulled_at";

    /// <summary>Keeps an account and its key instead of what was there, and has it pulled at once.</summary>
    /// <param name="tenantId">Whose brand it has to be.</param>
    /// <param name="brandId">Brand.</param>
    /// <param name="platform">One of <see cref="AdPlatformNames"/>.</param>
    /// <param name="accountId">As <see cref="AccountIds"/> writes it.</param>
    /// <param name="key">Sealed before it leaves this method.</param>
    /// <param name="validated">What the platform said of the account when it took the key; null where nobody asked it.</param>
    /// <param name="actor">Who did it, for the audit log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False: no such brand of that tenant.</returns>
    /// <exception cref="ArgumentException">There is no such platform, account id or key. Never with the key in it.</exception>
    public async Task<bool> SaveAsync(
        string tenantId, string brandId, string platform, string accountId, Secret<string> key, AdAccount? validated, string actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        Check(platform, accountId, key);
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // A rotation waits, so that no key stays behind under the former encryption key.
        await ExecuteAsync(connection, "select pg_advisory_xact_lock_shared(hashtext('trackhub encryption keys'))", [], cancellationToken);
        var keys = await EncryptionKeys.LoadAsync(connection, masters, cancellationToken);
        var touched = await ExecuteAsync(
            connection,
            """
            insert into brand_integrations (brand_id, platform, account_id, key_sealed, status, last_validated, time_zone, currency, fence)
            select id, $3, $4, $5, 'active', case when $6 is not null then now() end, $6, $7, 1 from brands where id = $2 and tenant_id = $1
            on conflict (brand_id, platform) do update set account_id = excluded.account_id, key_sealed = excluded.key_sealed, status = 'active', status_reason = '',
                last_validated = excluded.last_validated, time_zone = excluded.time_zone, currency = excluded.currency, updated_at = now(),
                pulled_at = null, repulled_at = null, due_at = now(), failures = 0, lease_until = null, fence = brand_integrations.fence + 1
            """,
            [
                tenantId, brandId, platform, accountId, keys.Seal(tenantId, ColumnPurpose.IntegrationKey, RowOf(brandId, platform), key.Reveal()),
                validated?.TimeZone, validated?.Currency,
            ],
            cancellationToken);
        if (touched == 0)
            return false;

        await NoteAsync(connection, actor, "integration.save", tenantId, brandId, platform, accountId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>Gives an account up: its key is forgotten, what it cost stays in the figures.</summary>
    /// <returns>False: the tenant has no such account, or has given it up already.</returns>
    public async Task<bool> DisconnectAsync(string tenantId, string brandId, string platform, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var touched = await ExecuteAsync(
            connection,
            """
            update brand_integrations set status = 'disconnected', status_reason = '', key_sealed = null, updated_at = now(), lease_until = null, fence = fence + 1
            where brand_id = $2 and platform = $3 and status <> 'disconnected' and exists (select from brands where id = $2 and tenant_id = $1)
            """,
            [tenantId, brandId, platform],
            cancellationToken);
        if (touched == 0)
            return false;

        await NoteAsync(connection, actor, "integration.disconnect", tenantId, brandId, platform, "", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>A brand's accounts, by platform; none for another tenant's brand.</summary>
    public async Task<IReadOnlyList<Integration>> ListAsync(string tenantId, string brandId, CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand(
            $"select {Columns} from brand_integrations i join brands b on b.id = i.brand_id where b.tenant_id = $1 and b.id = $2 order by i.platform");
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = brandId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Integration>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(Read(reader));
        return found;
    }

    /// <summary>Whether a text can be a platform's key at all: 1 to 4,096 printable characters of ASCII, no space.</summary>
    public static bool IsKey(string text) => AdAccountPull.IsKey(text);

    /// <summary>What the key of a brand's account is sealed for.</summary>
    internal static string RowOf(string brandId, string platform) => $"{brandId}/{platform}";

    private static Integration Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), StatusOf(row.GetString(3)), row.GetString(4), TimeOrNull(row, 5),
        row.IsDBNull(6) || row.IsDBNull(7) ? null : new(row.GetString(6), row.GetString(7)), row.GetFieldValue<DateTimeOffset>(8), TimeOrNull(row, 9));

    private static IntegrationStatus StatusOf(string text) => text switch
    {
        "active" => IntegrationStatus.Active,
        "error" => IntegrationStatus.Error,
        "disconnected" => IntegrationStatus.Disconnected,
        _ => throw new InvalidDataException($"brand_integrations has the status '{text}', which this build does not know."),
    };

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static void Check(string platform, string accountId, Secret<string> key)
    {
        if (!AdPlatformNames.All.Contains(platform))
            throw new ArgumentException($"'{platform}' is no platform; there are {string.Join(" and ", AdPlatformNames.All)}.", nameof(platform));
        if (AdAccountPull.FaultOf(platform, key, accountId) is { } fault)
            throw new ArgumentException(fault.Message, nameof(accountId));
    }

    private static Task NoteAsync(
        NpgsqlConnection connection, string actor, string action, string tenantId, string brandId, string platform, string accountId, CancellationToken cancellationToken) =>
        ExecuteAsync(
            connection,
            "insert into audit_log (actor, action, subject, detail) values ($1, $2, $3, jsonb_build_object('tenant', $4, 'platform', $5, 'account', $6))",
            [actor, action, brandId, tenantId, platform, accountId],
            cancellationToken);

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, string?[] values, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
