using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tenants;

/// <summary>Tenants and brands.</summary>
internal sealed class BrandAdmin(Func<CancellationToken, Task<AdminChange>> begin)
{
    private const string Columns = "id, tenant_id, name, time_zone, currency, consent_basis, settings::text, created_at";

    private static readonly string[] OwnedTables = ["pixels", "gateway_connections", "write_keys", "funnels", "match_rules", "brand_integrations"];

    public async Task<TenantRow> AddTenantAsync(string name, CancellationToken cancelled)
    {
        var clean = Text(BrandSettingKeys.Tenant, "name", name);
        await using var change = await begin(cancelled);
        var id = RandomIds.New("ten_");
        await change.ExecuteAsync(
            "insert into tenants (id, name, window_key_sealed) values ($1, $2, $3)", cancelled,
            id, clean, change.Keys.Seal(id, ColumnPurpose.WindowKey, id, RandomNumberGenerator.GetBytes(KeyRing.KeyBytes)));
        var row = (await change.QueryAsync("select id, name, created_at from tenants where id = $1", ReadTenant, cancelled, id))[0];
        await change.CommitAsync("tenant.add", id, cancelled, ("name", clean));
        return row;
    }

    public async Task<IReadOnlyList<TenantRow>> ListTenantsAsync(CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        return await change.QueryAsync("select id, name, created_at from tenants order by created_at, id", ReadTenant, cancelled);
    }

    public async Task SetTenantAsync(string id, string key, string value, CancellationToken cancelled)
    {
        var setting = BrandSettingKeys.Find(BrandSettingKeys.Tenant, key);
        var clean = (string)setting.Parse(value)!;
        await using var change = await begin(cancelled);
        if (await change.ExecuteAsync("update tenants set name = $2 where id = $1", cancelled, id, clean) == 0)
            throw AdminChange.Unknown("tenant", id);
        await change.CommitAsync("tenant.set", id, cancelled, (setting.Name, clean));
    }

    public async Task RemoveTenantAsync(string id, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        if (await change.ExecuteAsync("delete from tenants where id = $1", cancelled, id) == 0)
            throw AdminChange.Unknown("tenant", id);
        await change.CommitAsync("tenant.remove", id, cancelled);
    }

    public async Task<BrandRow> AddAsync(
        string tenantId, string name, ConsentBasis? basis, string? timeZone, string? currency, CancellationToken cancelled)
    {
        var clean = Text(BrandSettingKeys.Brand, "name", name);
        var zone = Text(BrandSettingKeys.Brand, "time_zone", timeZone ?? "America/Sao_Paulo");
        var money = Text(BrandSettingKeys.Brand, "currency", currency ?? "BRL");
        var ground = basis switch { ConsentBasis.Granted => "granted", ConsentBasis.Required => "required", _ => null };
        await using var change = await begin(cancelled);
        if ((await change.QueryAsync("select 1 from tenants where id = $1", static _ => 1, cancelled, tenantId)).Count == 0)
            throw AdminChange.Unknown("tenant", tenantId);

        var id = RandomIds.NewBrand();
        await change.ExecuteAsync(
            """
            insert into brands (id, tenant_id, name, time_zone, currency, consent_basis, index_key_sealed) values ($1, $2, $3, $4, $5, $6, $7)
            """,
            cancelled,
            id, tenantId, clean, zone, money, ground, change.Keys.Seal(tenantId, ColumnPurpose.IndexKey, id, RandomNumberGenerator.GetBytes(32)));
        await RuleVersions.EnsureAsync(change, id, cancelled);
        var row = (await change.QueryAsync($"select {Columns} from brands where id = $1", Read, cancelled, id))[0];
        await change.CommitAsync("brand.add", id, cancelled, ("name", clean), ("tenant", tenantId), ("consent_basis", ground));
        return row;
    }

    public async Task<IReadOnlyList<BrandRow>> ListAsync(string? tenantId, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        return await change.QueryAsync(
            $"select {Columns} from brands where $1::text is null or tenant_id = $1 order by created_at, id", Read, cancelled, tenantId);
    }

    public async Task SetAsync(string id, string key, string value, CancellationToken cancelled)
    {
        var setting = BrandSettingKeys.Find(BrandSettingKeys.Brand, key);
        var stored = BrandSettingKeys.StoredWithBrand.Contains(setting);
        var restores = value.Trim().Length == 0;
        if (restores && setting.Name == "name")
            throw new AdminException($"name: it cannot be empty; it takes {setting.Values}.");

        var parsed = restores ? null : setting.Parse(value);
        await using var change = await begin(cancelled);
        var touched = stored
            ? await SettingsColumn.WriteAsync(change, "brands", id, setting.Name, parsed, cancelled)
            : await change.ExecuteAsync(
                $"update brands set {setting.Name} = $2 where id = $1", cancelled,
                id, parsed is null ? (setting.Default.Length > 0 ? setting.Default : null) : (string)parsed!);
        if (touched == 0)
            throw AdminChange.Unknown("brand", id);
        if (BrandSettingKeys.Rules.Contains(setting))
            await RuleVersions.EnsureAsync(change, id, cancelled);
        await change.CommitAsync("brand.set", id, cancelled, (setting.Name, restores ? null : value.Trim()));
    }

    public async Task<IReadOnlyList<RulesRow>> RulesAsync(string id, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        return await RuleVersions.ListAsync(change, id, cancelled);
    }

    public async Task RemoveAsync(string id, CancellationToken cancelled)
    {
        await using var change = await begin(cancelled);
        foreach (var owned in OwnedTables)
            await change.ExecuteAsync($"delete from {owned} where brand_id = $1", cancelled, id);
        if (await change.ExecuteAsync("delete from brands where id = $1", cancelled, id) == 0)
            throw AdminChange.Unknown("brand", id);
        await change.CommitAsync("brand.remove", id, cancelled);
    }

    private static string Text(IReadOnlyList<SettingKey> keys, string key, string value) =>
        (string)BrandSettingKeys.Find(keys, key).Parse(value)!;

    private static TenantRow ReadTenant(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2));

    private static BrandRow Read(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5),
        SettingsColumn.Read(BrandSettingKeys.StoredWithBrand, row.GetString(6)), row.GetFieldValue<DateTimeOffset>(7));
}

/// <summary>The column <c>settings</c> of brands and pixels.</summary>
internal static class SettingsColumn
{
    /// <summary>Writes one key, or takes it away; returns the rows touched.</summary>
    public static Task<int> WriteAsync(AdminChange change, string table, string id, string key, JsonNode? value, CancellationToken cancelled) =>
        value is null
            ? change.ExecuteAsync($"update {table} set settings = settings - $2 where id = $1", cancelled, id, key)
            : change.ExecuteAsync(
                $"update {table} set settings = settings || jsonb_build_object($2, $3::text::jsonb) where id = $1", cancelled,
                id, key, value.ToJsonString());

    /// <summary>Every key with the value stored, or its default.</summary>
    public static IReadOnlyDictionary<string, string> Read(IReadOnlyList<SettingKey> keys, string json)
    {
        var stored = JsonNode.Parse(json)!.AsObject();
        return keys.ToDictionary(
            static key => key.Name, key => stored[key.Name] is { } value ? ToText(value) : key.Default, StringComparer.Ordinal);
    }

    /// <summary>A value as <c>set</c> takes it.</summary>
    public static string ToText(JsonNode value) => value switch
    {
        JsonArray list => list.Count == 0 ? "none" : string.Join(',', list.Select(static item => (string)item!)),
        _ => value.GetValueKind() == JsonValueKind.String ? (string)value! : value.ToJsonString(),
    };
}
