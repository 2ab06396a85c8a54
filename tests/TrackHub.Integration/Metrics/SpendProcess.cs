using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TrackHub.MetaSim;
using TrackHub.Platform.AdPlatforms;
using TrackHub.Platform.Money;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.Integration.Metrics;

/// <summary>The metrics role as it ships, pulling from the simulator over HTTP as often as it can.</summary>
public sealed class SpendProcess : IAsyncLifetime
{
    private MetaSimHost _sim = null!;
    private HttpClient _control = null!;

    public MetricsProcess Metrics { get; private set; } = null!;

    /// <summary>Where the simulator is.</summary>
    public Uri Simulator => _sim.BaseAddress;

    public async Task InitializeAsync()
    {
        _sim = await MetaSimHost.StartAsync(new() { DataDirectory = TestFolder.Next("spend-sim") });
        _control = new() { BaseAddress = _sim.BaseAddress, Timeout = TimeSpan.FromSeconds(30) };
        Metrics = new()
        {
            Further =
            [
                $"--Meta:BaseUrl={_sim.BaseAddress}", $"--GoogleAds:BaseUrl={_sim.BaseAddress}", $"--GoogleAds:TokenUrl={_sim.BaseAddress}token", "--GoogleAds:ClientId=c", "--GoogleAds:ClientSecret=s",
                "--Spend:Interval=00:00:01", "--Spend:WideInterval=00:00:01", "--Spend:WideDays=3", "--Spend:CheckInterval=00:00:00.100", "--Spend:RetryInterval=00:00:00.200", "--Spend:Concurrency=2",
            ],
        };
        await Metrics.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await Metrics.DisposeAsync();
        _control.Dispose();
        await _sim.DisposeAsync();
    }

    /// <summary>A new brand with that account; returns its id.</summary>
    public async Task<string> BrandAsync(string platform, string account, string key)
    {
        var brand = await Metrics.BrandAsync();
        await SaveAsync(brand, platform, account, key);
        return brand;
    }

    public async Task SaveAsync(string brand, string platform, string account, string key)
    {
        var tenant = await Metrics.ScalarAsync<string>("select tenant_id from brands where id = $1", brand);
        var store = new IntegrationStore(Metrics.Database, new MasterKeys(MasterKey.Parse(TestBrands.MasterKey)));
        (await store.SaveAsync(tenant!, brand, platform, account, new(key), null, "test", default)).ShouldBeTrue();
    }

    public async Task ControlAsync(string path, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _control.PostAsync(new Uri(path, UriKind.Relative), content);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>What the account says now, an hour a line: start in UTC, minor units, clicks, impressions. For zones that keep one offset.</summary>
    public async Task<IReadOnlyList<string>> TruthAsync(string account)
    {
        var today = TimeProvider.System.GetUtcNow();
        var answer = (await _control.GetFromJsonAsync<JsonObject>(string.Create(CultureInfo.InvariantCulture, $"/_sim/ads/hours?account={account}&since={today.AddDays(-9):yyyy-MM-dd}&until={today.AddDays(2):yyyy-MM-dd}")))!;
        var zone = TimeZoneInfo.FindSystemTimeZoneById((string)answer["time_zone"]!);
        var currency = (string)answer["currency"]!;
        var first = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(today, zone).DateTime).AddDays(-2);   // WideDays
        return
        [
            .. answer["hours"]!.AsArray().Select(hour => hour!.AsObject()).Where(hour => DateOnly.Parse((string)hour["date"]!, CultureInfo.InvariantCulture) >= first).Select(hour =>
            {
                var local = DateOnly.Parse((string)hour["date"]!, CultureInfo.InvariantCulture).ToDateTime(new TimeOnly((int)hour["hour"]!, 0));
                MinorUnits.TryFromMajor((long)hour["spend_micros"]! / 1_000_000m, currency, out var minor).ShouldBeTrue();
                return $"{TimeZoneInfo.ConvertTimeToUtc(local, zone):yyyy-MM-dd HH:mm} {minor} {hour["clicks"]} {hour["impressions"]}";
            }),
        ];
    }

    /// <summary>What stands in the facts of a brand, likewise; hours of nothing are left out.</summary>
    public async Task<IReadOnlyList<string>> FactsAsync(string brand)
    {
        await using var command = Metrics.Database.CreateCommand(
            """
            select to_char(hour at time zone 'utc', 'YYYY-MM-DD HH24:MI') || ' ' || amount_minor || ' ' || clicks || ' ' || impressions
            from spend_facts where brand_id = $1 and (amount_minor, clicks, impressions) <> (0, 0, 0) order by hour
            """);
        command.Parameters.Add(new() { Value = brand });
        await using var reader = await command.ExecuteReaderAsync();
        var facts = new List<string>();
        while (await reader.ReadAsync()) facts.Add(reader.GetString(0));
        return facts;
    }
}
