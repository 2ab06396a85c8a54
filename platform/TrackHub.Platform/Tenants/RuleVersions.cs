using System.Text.Json.Nodes;

namespace TrackHub.Platform.Tenants;

/// <summary>One version of the rules by which a brand's sales are matched.</summary>
/// <param name="Version">What <c>rules_version</c> in a conversion says; 1 for the first.</param>
/// <param name="Since">Since when it decides.</param>
/// <param name="Rules">Every rule with its value, defaults included.</param>
/// <param name="Json">The same as JSON, which <see cref="RulesText"/> reads.</param>
public sealed record RulesRow(int Version, DateTimeOffset Since, IReadOnlyDictionary<string, string> Rules, string Json);

/// <summary>Keeps table <c>match_rules</c>: a new version whenever what decides is no longer what the newest says.</summary>
internal static class RuleVersions
{
    /// <summary>Where a brand's settings hold the version.</summary>
    public const string Key = "rules_version";

    /// <summary>Every version of a brand's rules, oldest first.</summary>
    public static Task<List<RulesRow>> ListAsync(AdminChange change, string brandId, CancellationToken cancelled) => change.QueryAsync(
        "select version, since, rules::text from match_rules where brand_id = $1 order by version",
        static row => new RulesRow(
            row.GetInt32(0), row.GetFieldValue<DateTimeOffset>(1), SettingsColumn.Read(BrandSettingKeys.Rules, row.GetString(2)), row.GetString(2)),
        cancelled, brandId);

    /// <summary>Writes a further version if the brand's rules, as they are now, are not the newest.</summary>
    /// <returns>Whether it wrote one.</returns>
    public static async Task<bool> EnsureAsync(AdminChange change, string brandId, CancellationToken cancelled)
    {
        // The brand's row is locked first: two operators make two versions, one after the other.
        var settings = await change.QueryAsync("select settings::text from brands where id = $1 for update", static row => row.GetString(0), cancelled, brandId);
        if (settings.Count == 0)
            return false;

        var rules = RulesText.Of(settings[0]);
        var newest = (await ListAsync(change, brandId, cancelled)).LastOrDefault();
        if (newest is not null && JsonNode.DeepEquals(JsonNode.Parse(newest.Json), rules))
            return false;

        var version = (newest?.Version ?? 0) + 1;
        await change.ExecuteAsync(
            "insert into match_rules (brand_id, version, rules) values ($1, $2, $3::text::jsonb)", cancelled, brandId, version, rules.ToJsonString());
        await SettingsColumn.WriteAsync(change, "brands", brandId, Key, JsonValue.Create(version), cancelled);
        return true;
    }

    /// <summary>The same for every brand: a build with other defaults decides otherwise where nothing was set.</summary>
    public static async Task EnsureAllAsync(AdminChange change, CancellationToken cancelled)
    {
        var brands = await change.QueryAsync("select id from brands order by id", static row => row.GetString(0), cancelled);
        foreach (var brand in brands)
        {
            if (await EnsureAsync(change, brand, cancelled))
                await change.NoteAsync("brand.rules", brand, cancelled, ("reason", "defaults"));
        }
    }
}
