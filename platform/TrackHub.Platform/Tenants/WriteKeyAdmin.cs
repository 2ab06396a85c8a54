using System.Text.Json.Nodes;

namespace TrackHub.Platform.Tenants;

/// <summary>Write keys.</summary>
internal sealed class WriteKeyAdmin(Func<CancellationToken, Task<AdminChange>> begin)
{
    public async Task<Issued> AddAsync(string brandId, bool isServer, IReadOnlyList<string>? allowedOrigins, CancellationToken cancelled)
    {
        if (!Origins.TryRead(allowedOrigins ?? [], out var origins))
            throw new AdminException("origin: it takes scheme and host only, such as https://loja.example.com, at most 50 of them.");

        await using var change = await begin(cancelled);
        await change.TenantOfAsync(brandId, cancelled);
        var id = RandomIds.New("key_");
        var key = $"{(isServer ? "ths" : "thw")}_{brandId}_{RandomIds.NewSecret()}";
        await change.ExecuteAsync(
            "insert into write_keys (id, brand_id, key_hash, is_server, allowed_origins) values ($1, $2, $3, $4, $5)", cancelled,
            id, brandId, PresentedHash.Of(key).ToArray(), isServer, origins.ToArray());
        await change.CommitAsync("key.add", id, cancelled, ("brand", brandId), ("server", isServer ? "true" : "false"));
        return new(id, new(key));
    }

    public async Task<IReadOnlyList<WriteKeyRow>> ListAsync(string? brandId, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        return await change.QueryAsync(
            """
            select id, brand_id, is_server, allowed_origins, created_at, revoked_at from write_keys
            where $1::text is null or brand_id = $1 order by created_at, id
            """,
            static row => new WriteKeyRow(
                row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetFieldValue<string[]>(3), row.GetFieldValue<DateTimeOffset>(4),
                row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5)),
            cancelled, brandId);
    }

    public async Task SetAsync(string id, string key, string value, CancellationToken cancelled)
    {
        var setting = BrandSettingKeys.Find(BrandSettingKeys.WriteKey, key);
        var origins = ((JsonArray)setting.Parse(value)).Select(static origin => (string)origin!).ToArray();
        await using var change = await begin(cancelled);
        if (await change.ExecuteAsync("update write_keys set allowed_origins = $2 where id = $1 and revoked_at is null", cancelled, id, origins) == 0)
            throw AdminChange.Unknown("key", id);
        await change.CommitAsync("key.set", id, cancelled, (setting.Name, string.Join(',', origins)));
    }

    public async Task RemoveAsync(string id, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        if (await change.ExecuteAsync("update write_keys set revoked_at = now() where id = $1 and revoked_at is null", cancelled, id) == 0)
            throw AdminChange.Unknown("key", id);
        await change.CommitAsync("key.remove", id, cancelled);
    }
}
