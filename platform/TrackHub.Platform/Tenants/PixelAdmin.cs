using Npgsql;

namespace TrackHub.Platform.Tenants;

/// <summary>Pixels.</summary>
internal sealed class PixelAdmin(Func<CancellationToken, Task<AdminChange>> begin)
{
    public async Task<PixelRow> AddAsync(string brandId, string datasetId, string token, CancellationToken cancelled)
    {
        var dataset = datasetId.Trim();
        if (dataset.Length is < 5 or > 20 || !dataset.All(char.IsAsciiDigit))
            throw new AdminException($"dataset id: it has {dataset.Length} characters; it takes 5 to 20 digits, as Events Manager shows them.");
        var secret = Token(token);

        await using var change = await begin(cancelled);
        var tenant = await change.TenantOfAsync(brandId, cancelled);
        var id = RandomIds.New("px_");
        await change.ExecuteAsync(
            "insert into pixels (id, brand_id, dataset_id, token_sealed) values ($1, $2, $3, $4)", cancelled,
            id, brandId, dataset, change.Keys.Seal(tenant, ColumnPurpose.PixelToken, id, secret));
        var row = (await QueryAsync(change, "p.id = $1", id, cancelled))[0];
        await change.CommitAsync("pixel.add", id, cancelled, ("brand", brandId), ("dataset", dataset));
        return row;
    }

    public async Task<IReadOnlyList<PixelRow>> ListAsync(string? brandId, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        return await QueryAsync(change, "$1::text is null or brand_id = $1", brandId, cancelled);
    }

    public async Task SetAsync(string id, string key, string value, CancellationToken cancelled)
    {
        var setting = BrandSettingKeys.Find(BrandSettingKeys.Pixel, key);
        var restores = value.Trim().Length == 0;
        await using var change = await begin(cancelled);
        var touched = setting.Name switch
        {
            "token" => await SetTokenAsync(change, id, Token(value), cancelled),
            "active" => await change.ExecuteAsync(
                "update pixels set active = $2 where id = $1", cancelled, id, restores || (bool)setting.Parse(value)!),
            _ => await SettingsColumn.WriteAsync(change, "pixels", id, setting.Name, restores ? null : setting.Parse(value), cancelled),
        };
        if (touched == 0)
            throw AdminChange.Unknown("pixel", id);
        await change.CommitAsync("pixel.set", id, cancelled, (setting.Name, setting.Name == "token" ? "***" : value.Trim()));
    }

    public async Task RemoveAsync(string id, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        if (await change.ExecuteAsync("delete from pixels where id = $1", cancelled, id) == 0)
            throw AdminChange.Unknown("pixel", id);
        await change.CommitAsync("pixel.remove", id, cancelled);
    }

    private static async Task<int> SetTokenAsync(AdminChange change, string id, string token, CancellationToken cancelled)
    {
        var tenants = await change.QueryAsync(
            "select tenant_id from pixels p join brands b on b.id = brand_id where p.id = $1", static row => row.GetString(0), cancelled, id);
        return tenants.Count == 0
            ? 0
            : await change.ExecuteAsync(
                "update pixels set token_sealed = $2 where id = $1", cancelled,
                id, change.Keys.Seal(tenants[0], ColumnPurpose.PixelToken, id, token));
    }

    private static Task<List<PixelRow>> QueryAsync(AdminChange change, string where, string? value, CancellationToken cancelled) =>
        change.QueryAsync(
            $"""
            select p.id, brand_id, dataset_id, token_sealed, active, p.settings::text, p.created_at, tenant_id
            from pixels p join brands b on b.id = brand_id where {where} order by p.created_at, p.id
            """,
            row => Read(row, change.Keys), cancelled, value);

    private static PixelRow Read(NpgsqlDataReader row, EncryptionKeys keys)
    {
        var id = row.GetString(0);
        var token = keys.OpenText(row.GetString(7), ColumnPurpose.PixelToken, id, row.GetString(3));
        return new(
            id, row.GetString(1), row.GetString(2), token[^4..], row.GetBoolean(4),
            SettingsColumn.Read(BrandSettingKeys.StoredWithPixel, row.GetString(5)), row.GetFieldValue<DateTimeOffset>(6));
    }

    // The last 4 characters are shown: half of a shorter token would be given away by them.
    private static string Token(string token)
    {
        var clean = token.Trim();
        return clean.Length is >= 8 and <= 1024 && !clean.Any(static c => c <= ' ' || c > '~')
            ? clean
            : throw new AdminException(
                $"token: it has {clean.Length} characters; it takes 8 to 1024 without spaces. Copy it from Events Manager, Conversions API.");
    }
}
