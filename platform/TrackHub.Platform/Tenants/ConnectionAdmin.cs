using Npgsql;

namespace TrackHub.Platform.Tenants;

/// <summary>Gateway connections.</summary>
internal sealed class ConnectionAdmin(Func<CancellationToken, Task<AdminChange>> begin)
{
    private const int MostSecret = 4096;
    private static readonly TimeSpan DefaultOverlap = TimeSpan.FromHours(24);
    private static readonly TimeSpan MostOverlap = TimeSpan.FromDays(30);

    public async Task<Issued> AddAsync(string brandId, string gateway, string? secret, CancellationToken cancelled)
    {
        var name = gateway.Trim().ToLowerInvariant();
        if (name.Length is < 2 or > 32 || !name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'))
            throw new AdminException(
                $"gateway: this name has {name.Length} characters; it takes 2 to 32 lower-case letters, digits, '-' or '_', as in the webhook route.");
        var clean = secret is null ? null : Secret(secret);

        await using var change = await begin(cancelled);
        var tenant = await change.TenantOfAsync(brandId, cancelled);
        var id = RandomIds.New("con_");
        var path = RandomIds.NewSecret();
        await change.ExecuteAsync(
            """
            insert into gateway_connections (id, brand_id, gateway, path_hash, path_sealed, secret_sealed) values ($1, $2, $3, $4, $5, $6)
            """,
            cancelled,
            id, brandId, name, PresentedHash.Of(path).ToArray(), change.Keys.Seal(tenant, ColumnPurpose.ConnectionPath, id, path),
            clean is null ? null : change.Keys.Seal(tenant, ColumnPurpose.ConnectionSecret, id, clean));
        await change.CommitAsync("connection.add", id, cancelled, ("brand", brandId), ("gateway", name));
        return new(id, new(path));
    }

    public async Task<IReadOnlyList<ConnectionRow>> ListAsync(string? brandId, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        return await change.QueryAsync(
            """
            select c.id, brand_id, gateway, path_sealed, secret_sealed is not null,
                   case when previous_expires_at > now() then previous_expires_at end, active, c.created_at, tenant_id, w.waiting, w.reason
            from gateway_connections c join brands b on b.id = brand_id
            left join lateral (
                select count(*) as waiting, mode() within group (order by reason) as reason from quarantine q
                where q.connection_id = c.id and admitted_at is null and received_at > now() - interval '8 days') w on true
            where $1::text is null or brand_id = $1 order by c.created_at, c.id
            """,
            row => Read(row, change.Keys), cancelled, brandId);
    }

    public async Task RotateAsync(string id, string secret, TimeSpan? overlap, CancellationToken cancelled)
    {
        var clean = Secret(secret);
        var lasts = overlap ?? DefaultOverlap;
        if (lasts < TimeSpan.Zero || lasts > MostOverlap)
            throw new AdminException($"overlap: {lasts} is outside 0 to {MostOverlap.Days} days, in which the former secret stays valid too.");

        await using var change = await begin(cancelled);
        var tenants = await change.QueryAsync(
            "select tenant_id from gateway_connections c join brands b on b.id = brand_id where c.id = $1 for update of c",
            static row => row.GetString(0), cancelled, id);
        if (tenants.Count == 0)
            throw AdminChange.Unknown("connection", id);

        // The column's own value moves along as it is: it was sealed for the same purpose and row. The database's clock counts.
        await change.ExecuteAsync(
            """
            update gateway_connections
            set previous_sealed = case when $3 > interval '0' then secret_sealed end,
                previous_expires_at = case when $3 > interval '0' and secret_sealed is not null then now() + $3 end,
                secret_sealed = $2
            where id = $1
            """,
            cancelled, id, change.Keys.Seal(tenants[0], ColumnPurpose.ConnectionSecret, id, clean), lasts);
        await change.CommitAsync("connection.rotate", id, cancelled, ("overlap", lasts.ToString()));
    }

    public async Task SetAsync(string id, string key, string value, CancellationToken cancelled)
    {
        var setting = BrandSettingKeys.Find(BrandSettingKeys.Connection, key);
        var active = (bool)setting.Parse(value)!;
        await using var change = await begin(cancelled);
        if (await change.ExecuteAsync("update gateway_connections set active = $2 where id = $1", cancelled, id, active) == 0)
            throw AdminChange.Unknown("connection", id);
        await change.CommitAsync("connection.set", id, cancelled, (setting.Name, value.Trim()));
    }

    public async Task RemoveAsync(string id, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        if (await change.ExecuteAsync("delete from gateway_connections where id = $1", cancelled, id) == 0)
            throw AdminChange.Unknown("connection", id);
        await change.CommitAsync("connection.remove", id, cancelled);
    }

    private static ConnectionRow Read(NpgsqlDataReader row, EncryptionKeys keys)
    {
        var (id, gateway) = (row.GetString(0), row.GetString(2));
        var path = keys.OpenText(row.GetString(8), ColumnPurpose.ConnectionPath, id, row.GetString(3));
        return new(
            id, row.GetString(1), gateway, $"/api/v1/webhooks/{gateway}/{path}", row.GetBoolean(4),
            row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5), row.GetBoolean(6), row.GetFieldValue<DateTimeOffset>(7))
        {
            Waiting = row.GetInt64(9),
            WaitingReason = row.IsDBNull(10) ? null : row.GetString(10),
        };
    }

    private static string Secret(string secret)
    {
        var clean = secret.Trim();
        return clean.Length is >= GatewayConnection.MinSecretBytes and <= MostSecret
            ? clean
            : throw new AdminException(
                $"secret: it has {clean.Length} characters; it takes {GatewayConnection.MinSecretBytes} to {MostSecret}, because a shorter one can be guessed. "
                + "Copy the token or secret the gateway shows; where it is shorter, have the gateway make a longer one.");
    }
}
