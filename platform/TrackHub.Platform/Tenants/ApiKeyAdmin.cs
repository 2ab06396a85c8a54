namespace TrackHub.Platform.Tenants;

/// <summary>Keys by which machines read a tenant's pages.</summary>
internal sealed class ApiKeyAdmin(Func<CancellationToken, Task<AdminChange>> begin)
{
    private static readonly TimeSpan LongestOverlap = TimeSpan.FromDays(30);
    private static readonly TimeSpan DefaultOverlap = TimeSpan.FromHours(24);

    public async Task<Issued> AddAsync(string tenantId, string name, AccessRole role, CancellationToken cancelled)
    {
        var called = ReadName(name);
        await using var change = await begin(cancelled);
        if ((await change.QueryAsync("select id from tenants where id = $1", static row => row.GetString(0), cancelled, tenantId)).Count == 0)
            throw AdminChange.Unknown("tenant", tenantId);
        var (id, key) = (RandomIds.New("apk_"), NewKey());
        await change.ExecuteAsync(
            "insert into api_keys (id, tenant_id, name, role, key_hash) values ($1, $2, $3, $4, $5)", cancelled,
            id, tenantId, called, AccessRoles.NameOf(role), PresentedHash.Of(key).ToArray());
        await change.CommitAsync("api_key.add", id, cancelled, ("tenant", tenantId), ("role", AccessRoles.NameOf(role)));
        return new(id, new(key));
    }

    public async Task<IReadOnlyList<ApiKeyRow>> ListAsync(CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        return await change.QueryAsync(
            """
            select id, tenant_id, name, role, case when previous_expires_at > now() then previous_expires_at end, last_used_at, created_at, revoked_at
            from api_keys order by created_at, id
            """,
            static row => new ApiKeyRow(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), TimeOf(row, 4), TimeOf(row, 5), row.GetFieldValue<DateTimeOffset>(6), TimeOf(row, 7)),
            cancelled);
    }

    public async Task<Issued> RotateAsync(string id, TimeSpan? overlap, CancellationToken cancelled)
    {
        var both = overlap ?? DefaultOverlap;
        if (both < TimeSpan.Zero || both > LongestOverlap)
            throw new AdminException($"overlap: it takes 0 to {LongestOverlap.TotalHours:0} hours.");

        await using var change = await begin(cancelled);
        var key = NewKey();
        await ChangeAsync(
            change, id, "update api_keys set previous_hash = key_hash, previous_expires_at = now() + $3, key_hash = $2 where id = $1 and revoked_at is null", cancelled,
            PresentedHash.Of(key).ToArray(), both);
        await change.CommitAsync("api_key.rotate", id, cancelled, ("overlap", both.ToString()));
        return new(id, new(key));
    }

    public async Task SetAsync(string id, string key, string value, CancellationToken cancelled)
    {
        var setting = BrandSettingKeys.Find(BrandSettingKeys.ApiKey, key);
        var role = (string)setting.Parse(value)!;
        await using var change = await begin(cancelled);
        await ChangeAsync(change, id, "update api_keys set role = $2 where id = $1 and revoked_at is null", cancelled, role);
        await change.CommitAsync("api_key.set", id, cancelled, (setting.Name, role));
    }

    public async Task RemoveAsync(string id, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        // Its name is free for another one.
        await ChangeAsync(change, id, "update api_keys set revoked_at = now(), name = name || ' (' || id || ')' where id = $1 and revoked_at is null", cancelled);
        await change.CommitAsync("api_key.remove", id, cancelled);
    }

    private static async Task ChangeAsync(AdminChange change, string id, string sql, CancellationToken cancelled, params object?[] values)
    {
        if (await change.ExecuteAsync(sql, cancelled, [id, .. values]) == 0)
            throw new AdminException($"There is no API key '{(id.Length <= 60 ? id : id[..60] + "…")}' in force. `trackhub api-keys list` shows those there are.");
    }

    private static DateTimeOffset? TimeOf(Npgsql.NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private static string NewKey() => "tha_" + RandomIds.NewSecret();

    private static string ReadName(string name) => name.Trim() is { Length: >= 1 and <= 100 } read
        ? read
        : throw new AdminException("name: it takes 1 to 100 characters.");
}
