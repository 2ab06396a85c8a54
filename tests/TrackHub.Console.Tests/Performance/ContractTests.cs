using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.ConsoleApi.Performance.Figures;

namespace TrackHub.ConsoleTests.Performance;

/// <summary>The contract of the war room, field by field: names, types, what may be absent, and every word of every enumeration.</summary>
public sealed class ContractTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 0, 0, 0, TimeSpan.FromHours(-3));

    private static readonly PerformanceConfig Config = new(
        "aaaaaaaaaaaa",
        new(new("***", "act_1", ConnectionStatus.Active, At, ""), new("***", "1234567890", ConnectionStatus.Error, null, "Revoked.")),
        new(Enabled: true, Sensitivity.Medium, [NotificationChannel.Dashboard, NotificationChannel.Email, NotificationChannel.Slack]),
        At.AddMilliseconds(125));

    private static readonly Bucket Metric = new()
    {
        BrandId = "aaaaaaaaaaaa",
        Source = FigureSource.Meta,
        Period = FigurePeriod.Hourly,
        Start = At,
        Currency = "BRL",
        Revision = 7,
        SpendMinor = 12_345,
        RevenueMinor = 49_380,
        RefundedMinor = 19_700,
        Conversions = 5,
        NewCustomers = 4,
        Clicks = 150,
        Impressions = 6_000,
        Unconverted = 1,
    };

    private static readonly PerformanceAnomaly Anomaly = new(
        "019bc1a0-0000-7000-8000-000000000001", "aaaaaaaaaaaa", FigureName.Ctr, Severity.Critical, At, 0.0125, 0.025, -50, AnomalyStatus.New,
        new("CTR fell at meta.", "Look at the newest creatives."), new(At, 3, "BRL", 1_970.5m, null, 2));

    [Fact]
    public void A_configuration_is_written_as_the_contract_has_it() => Written(Config, PerformanceJson.Default.PerformanceConfig).ShouldBe("""
        {"brandId":"aaaaaaaaaaaa","integrations":{"meta_ads":{"encryptedApiKey":"***","accountId":"act_1","status":"active","lastValidated":"2026-11-22T03:00:00Z","statusReason":""},"google_ads":{"encryptedApiKey":"***","accountId":"1234567890","status":"error","lastValidated":null,"statusReason":"Revoked."}},"sentrySettings":{"enabled":true,"sensitivity":"medium","notificationChannels":["dashboard","email","slack"]},"updatedAt":"2026-11-22T03:00:00.125Z"}
        """);

    [Fact]
    public void A_metric_is_written_as_the_contract_has_it_and_says_what_it_is_made_of() => Written(Metric).ShouldBe("""
        {"id":"metric_aaaaaaaaaaaa_meta_hourly-2026-11-22T03:00:00Z","brandId":"aaaaaaaaaaaa","source":"meta","timestamp":"2026-11-22T03:00:00Z","data":{"spend":123.45,"revenue":493.8,"roas":4,"cac":30.8625,"ctr":0.025,"cpc":0.823,"conversions":5},"period":"hourly","basis":{"currency":"BRL","unconverted":1,"refunded":197,"newCustomers":4,"clicks":150,"impressions":6000,"revision":7}}
        """);

    [Fact]
    public void An_anomaly_is_written_as_the_contract_has_it() => Written(Anomaly, PerformanceJson.Default.PerformanceAnomaly).ShouldBe("""
        {"id":"019bc1a0-0000-7000-8000-000000000001","brandId":"aaaaaaaaaaaa","metricType":"ctr","severity":"critical","detectedAt":"2026-11-22T03:00:00Z","valueAtDetection":0.0125,"expectedValue":0.025,"deviationPercentage":-50,"status":"new","aiInsight":{"explanation":"CTR fell at meta.","suggestedAction":"Look at the newest creatives."},"basis":{"hour":"2026-11-22T03:00:00Z","windowHours":3,"currency":"BRL","revenueAtRisk":1970.5,"resolvedAt":null,"revision":2}}
        """);

    [Fact]
    public void What_the_contract_calls_optional_is_absent_where_there_is_none()
    {
        Written(Config with { Integrations = new(null, null) }, PerformanceJson.Default.PerformanceConfig).ShouldContain("\"integrations\":{},");
        Written(Anomaly with { AiInsight = null }, PerformanceJson.Default.PerformanceAnomaly).ShouldNotContain("aiInsight");
    }

    [Fact]
    public void A_bucket_without_divisors_has_no_ratios_and_all_seven_members()
    {
        var empty = new Bucket { BrandId = "aaaaaaaaaaaa", Source = FigureSource.Organic, Period = FigurePeriod.Daily, Start = At, Currency = "JPY", RevenueMinor = 1_500, Conversions = 1 };

        Written(empty)
            .ShouldContain("\"data\":{\"spend\":0,\"revenue\":1500,\"roas\":null,\"cac\":null,\"ctr\":null,\"cpc\":null,\"conversions\":1}");
    }

    [Fact]
    public void Ratios_of_amounts_are_in_major_units_of_currencies_without_and_with_three_decimals()
    {
        var bucket = new Bucket { BrandId = "a", Source = FigureSource.Meta, Period = FigurePeriod.Daily, Start = At, Currency = "JPY", SpendMinor = 900, Clicks = 3, NewCustomers = 2 };

        (Read(bucket).Data.Cpc, Read(bucket).Data.Cac).ShouldBe((300d, 450d));
        Read(bucket with { Currency = "KWD" }).Data.Cpc.ShouldBe(0.3);
    }

    [Fact]
    public void A_metric_is_written_by_hand_as_the_serializer_writes_what_the_api_describes()
    {
        var sums = Gen.Choose(0, int.MaxValue);
        var buckets =
            from minor in sums.ListOf(3)
            from counts in Gen.OneOf(Gen.Constant(0), Gen.Choose(1, 9), sums).ListOf(5)
            from currency in Gen.Elements("BRL", "JPY", "KWD")
            from source in Gen.Elements(Enum.GetValues<FigureSource>())
            from period in Gen.Elements(Enum.GetValues<FigurePeriod>())
            from hour in Gen.Choose(0, 1_000_000)
            select new Bucket
            {
                BrandId = "aaaaaaaaaaaa",
                Source = source,
                Period = period,
                Start = DateTimeOffset.UnixEpoch.AddHours(hour),
                Currency = currency,
                Revision = counts[0],
                SpendMinor = counts[1] is 0 ? 0 : minor[0],
                RevenueMinor = minor[1] * 100_003L,
                RefundedMinor = minor[2],
                Conversions = counts[2],
                NewCustomers = counts[3],
                Clicks = counts[4],
                Impressions = counts[4] * 7L,
                Unconverted = counts[0],
            };

        Prop.ForAll(buckets.ToArbitrary(), static bucket => Written(Read(bucket), PerformanceJson.Default.PerformanceMetric) == Written(bucket)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Every_enumeration_has_the_contracts_words_and_no_others()
    {
        ContractText<FigureSource>.All.ShouldBe(["meta", "google", "organic", "aggregated"]);
        ContractText<FigurePeriod>.All.ShouldBe(["hourly", "daily", "weekly"]);
        ContractText<FigureName>.All.ShouldBe(["spend", "revenue", "roas", "cac", "ctr", "cpc", "conversions"]);
        ContractText<Severity>.All.ShouldBe(["critical", "warning", "info"]);
        ContractText<AnomalyStatus>.All.ShouldBe(["new", "investigating", "resolved", "ignored"]);
        ContractText<ConnectionStatus>.All.ShouldBe(["active", "error", "disconnected"]);
        ContractText<Sensitivity>.All.ShouldBe(["low", "medium", "high"]);
        ContractText<NotificationChannel>.All.ShouldBe(["dashboard", "email", "slack"]);
    }

    [Fact]
    public void Seven_figures_are_the_members_of_data() => JsonDocument.Parse(Written(Metric)).RootElement
        .GetProperty("data").EnumerateObject().Select(static member => member.Name).ShouldBe(ContractText<FigureName>.All);

    [Fact]
    public void A_key_that_was_read_is_never_written()
    {
        const string Body = """{"brandId":"aaaaaaaaaaaa","platform":"meta_ads","apiKey":"EAAB-very-secret","accountId":"act_1"}""";

        var read = JsonSerializer.Deserialize(Body, PerformanceJson.Default.ValidateRequest)!;

        read.ApiKey!.Reveal().ShouldBe("EAAB-very-secret");
        (read.ToString() + Written(read, PerformanceJson.Default.ValidateRequest)).ShouldNotContain("EAAB");
    }

    private static PerformanceMetric Read(Bucket bucket) => JsonSerializer.Deserialize(Written(bucket), PerformanceJson.Default.PerformanceMetric)!;

    private static string Written(Bucket bucket)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            BucketJson.Write(json, bucket);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Written<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, type);
}
