using System.Security.Cryptography;
using Npgsql;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.AdPlatforms;

/// <summary>An account that is ours to pull for a while.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="Platform">One of <see cref="AdPlatformNames"/>.</param>
/// <param name="AccountId">As the platform names it.</param>
/// <param name="Key">Opened; null: what is stored does not open.</param>
/// <param name="TakenAt">When it was taken, by the database's clock, which is one for all that pull.</param>
/// <param name="IsWide">Whether it is time to pull as far back as figures may change.</param>
/// <param name="Failures">Pulls in a row that brought nothing.</param>
/// <param name="Fence">Tells our result from a later one's.</param>
public sealed record LeasedIntegration(
    string BrandId, string Platform, string AccountId, Secret<string>? Key, DateTimeOffset TakenAt, bool IsWide, int Failures, long Fence);

/// <summary>Table <c>brand_integrations</c> for those who pull: of several one takes an account at a time, and a result counts only while it is theirs.</summary>
public sealed class IntegrationLeases(NpgsqlDataSource postgres, MasterKeys masters)
{
    /// <summary>Takes the account that is due longest.</summary>
    /// <param name="lease">How long it is ours; whoever dies gives it back then.</param>
    /// <param name="wideInterval">How often it is pulled as far back as figures may change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null: none is due.</returns>
    public async Task<LeasedIntegration?> TakeAsync(TimeSpan lease, TimeSpan wideInterval, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            with due as (
                select brand_id, platform from brand_integrations
                where status <> 'disconnected' and due_at <= now() and (lease_until is null or lease_until <= now())
                order by due_at limit 1 for update skip locked)
            update brand_integrations i set lease_until = now() + $1, fence = i.fence + 1
            from due join brands b on b.id = due.brand_id where i.brand_id = due.brand_id and i.platform = due.platform
            returning b.tenant_id, i.brand_id, i.platform, i.account_id, i.key_sealed, now(), i.repulled_at is null or i.repulled_at <= now() - $2::interval, i.failures, i.fence
            """, connection);
        command.Parameters.Add(new() { Value = lease });
        command.Parameters.Add(new() { Value = wideInterval });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;

        var (tenant, text) = (row.GetString(0), row.GetString(4));
        var taken = new LeasedIntegration(
            row.GetString(1), row.GetString(2), row.GetString(3), null, row.GetFieldValue<DateTimeOffset>(5), row.GetBoolean(6), row.GetInt32(7), row.GetInt64(8));
        await row.CloseAsync();

        // Read after the row: a rotation in between retires keys and forgets none, so one of these opens it.
        var keys = await EncryptionKeys.LoadAsync(connection, masters, cancellationToken);
        try
        {
            return taken with { Key = new(keys.OpenText(tenant, ColumnPurpose.IntegrationKey, IntegrationStore.RowOf(taken.BrandId, taken.Platform), text)) };
        }
        catch (CryptographicException)
        {
            return taken;
        }
    }

    /// <summary>Notes a pull that brought figures.</summary>
    /// <returns>False: the account was saved, given up or taken by another since.</returns>
    public Task<bool> SucceedAsync(LeasedIntegration taken, AdAccount account, TimeSpan next, CancellationToken cancellationToken) => EndAsync(
        """
        update brand_integrations set status = 'active', status_reason = '', last_validated = now(), time_zone = $4, currency = $5, pulled_at = $6,
            repulled_at = case when $7 then $6 else repulled_at end, due_at = now() + $8, failures = 0, lease_until = null,
            updated_at = case when (status, time_zone, currency) is distinct from ('active', $4, $5) then now() else updated_at end
        where brand_id = $1 and platform = $2 and fence = $3
        """,
        taken, cancellationToken, account.TimeZone, account.Currency, taken.TakenAt, taken.IsWide, next);

    /// <summary>Notes that the platform refused key or account.</summary>
    /// <inheritdoc cref="SucceedAsync"/>
    public Task<bool> RefuseAsync(LeasedIntegration taken, string reason, TimeSpan next, CancellationToken cancellationToken) => EndAsync(
        """
        update brand_integrations set status = 'error', status_reason = $4, due_at = now() + $5, failures = failures + 1, lease_until = null,
            updated_at = case when (status, status_reason) is distinct from ('error', $4) then now() else updated_at end
        where brand_id = $1 and platform = $2 and fence = $3
        """,
        taken, cancellationToken, reason, next);

    /// <summary>Notes that there was nothing this time, and when to ask again.</summary>
    /// <inheritdoc cref="SucceedAsync"/>
    public Task<bool> PostponeAsync(LeasedIntegration taken, TimeSpan next, CancellationToken cancellationToken) => EndAsync(
        "update brand_integrations set due_at = now() + $4, failures = failures + 1, lease_until = null where brand_id = $1 and platform = $2 and fence = $3",
        taken, cancellationToken, next);

    private async Task<bool> EndAsync(string sql, LeasedIntegration taken, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = postgres.CreateCommand(sql);
        foreach (var value in (object[])[taken.BrandId, taken.Platform, taken.Fence, .. values])
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
