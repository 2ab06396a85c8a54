using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TrackHub.Metrics;
using TrackHub.Metrics.Publishing;
using TrackHub.Metrics.Sentry.Explaining;
using TrackHub.Metrics.Sentry.Watching;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Metrics;

/// <summary>The Sentry on a real database and broker: its hours pass as the test says, its figures are rows.</summary>
public sealed class SentryTests(MetricsProcess metrics) : IClassFixture<MetricsProcess>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Long enough ago that the role, whose clock is the machine's, finds complete hours behind those of the test.
    private static readonly DateTimeOffset Present = HourOf(TimeProvider.System.GetUtcNow()).AddHours(-12);

    private readonly ManualClock _clock = new(Present.AddMinutes(31));

    [Fact]
    public async Task A_drop_opens_one_anomaly_a_figure_that_is_told_and_resolved_by_itself()
    {
        await metrics.StopRoleAsync();
        var brand = await BrandAsync();
        var publication = new AnomalyPublication(metrics.Database, metrics.Host.Producer);
        await SeedAsync(brand, Present.AddDays(-75), Present, metaPercent: 100);
        await LookAsync();
        (await StatesAsync(brand)).ShouldBeEmpty();

        await PassHourAsync(brand, metaPercent: 10);

        // Nobody told of spend yet, so nothing is said of it.
        (await StatesAsync(brand)).ShouldBe(["conversions new", "revenue new"]);
        await publication.PublishAsync(default);
        await publication.PublishAsync(default);
        var told = await ToldAsync(brand);
        told.Count.ShouldBe(2);
        var revenue = told.Single(static a => a.MetricType is MetricType.Revenue);
        (revenue.Hour, revenue.Severity, revenue.Status, revenue.Currency, revenue.Revision).ShouldBe((Present, AnomalySeverity.Critical, AnomalyStatus.New, "BRL", 1));
        revenue.DeviationPercentage.ShouldBeInRange(-80, -60);
        revenue.DeviationPercentage.ShouldBe(100 * ((revenue.ValueAtDetection / revenue.ExpectedValue) - 1), 0.001);
        revenue.RevenueAtRiskMinor.ShouldBeGreaterThan(0);
        revenue.InsightExplanation.ShouldNotBeNull().ShouldContain("Meta explains");
        revenue.InsightAction.ShouldNotBeNullOrEmpty();

        await TellOfSpendAsync(brand);
        await LookAsync();
        (await StatesAsync(brand)).ShouldBe(["cac new", "conversions new", "revenue new", "roas new"]);

        await PassHourAsync(brand, metaPercent: 10);
        await TellOfSpendAsync(brand);
        (await StatesAsync(brand)).Count.ShouldBe(4, "a second hour is no second anomaly");

        // A page changes the status and knows of nothing else; a crash between topic and row makes the same revision come again.
        await metrics.ScalarAsync<int>("update performance_anomalies set status = 'ignored' where brand_id = $1 and metric_type = 'roas'", brand);
        await publication.PublishAsync(default);
        await metrics.ScalarAsync<int>("update performance_anomalies set published_revision = 0 where brand_id = $1", brand);
        await publication.PublishAsync(default);
        told = await ToldAsync(brand);
        told.DistinctBy(static a => a.AnomalyId).Count().ShouldBe(4);
        told.Last(static a => a.MetricType is MetricType.Roas).Status.ShouldBe(AnomalyStatus.Ignored);

        for (var hour = 0; hour < 5; hour++)
        {
            await PassHourAsync(brand, metaPercent: 100);
            await TellOfSpendAsync(brand);
            await LookAsync();
        }

        (await StatesAsync(brand)).ShouldBe(["cac resolved", "conversions resolved", "revenue resolved", "roas ignored"]);
        (await metrics.ScalarAsync<long>("select count(*) from performance_anomalies where brand_id = $1 and resolved_at is null", brand)).ShouldBe(0);
        await publication.PublishAsync(default);
        (await ToldAsync(brand)).Last(static a => a.MetricType is MetricType.Revenue).ShouldSatisfyAllConditions(
            static last => last.Status.ShouldBe(AnomalyStatus.Resolved), static last => last.ResolvedAt.ShouldNotBeNull(), last => last.AnomalyId.ShouldBe(revenue.AnomalyId));
        await metrics.StartRoleAsync();
    }

    [Fact]
    public async Task One_brand_s_trouble_keeps_no_other_unwatched_and_late_figures_are_judged_again()
    {
        await metrics.StopRoleAsync();
        var (broken, brand) = (await BrandAsync(), await BrandAsync());
        foreach (var id in (string[])[broken, brand])
        {
            await SeedAsync(id, Present.AddDays(-75), Present, metaPercent: 100);
            await SeedAsync(id, Present, Present.AddHours(1), metaPercent: 0);
        }

        _clock.Advance(TimeSpan.FromHours(1));
        await LookAsync(new BrokenFor(broken));

        (await StatesAsync(broken)).ShouldBeEmpty();
        (await StatesAsync(brand)).ShouldBe(["conversions new", "revenue new"]);

        // The sales of that hour were only late.
        await metrics.ScalarAsync<int>("delete from performance_metrics where brand_id = $1 and timestamp = $2", brand, Present.UtcDateTime);
        await SeedAsync(brand, Present, Present.AddHours(1), metaPercent: 100);
        await LookAsync();
        (await StatesAsync(brand)).ShouldBe(["conversions resolved", "revenue resolved"]);
        (await StatesAsync(broken)).ShouldBe(["conversions new", "revenue new"], "it is tried again");
        await metrics.StartRoleAsync();
    }

    [Fact]
    public async Task The_role_watches_by_itself_and_leaves_alone_who_wants_no_sentry()
    {
        var (watched, unwatched) = (await BrandAsync(), await BrandAsync());
        await metrics.ScalarAsync<int>("insert into performance_configs (brand_id, sentry_enabled) values ($1, false)", unwatched);
        await metrics.StopRoleAsync();
        foreach (var id in (string[])[watched, unwatched])
            await SeedAsync(id, Present.AddDays(-75), Present, metaPercent: 100);   // and nothing since

        await metrics.StartRoleAsync();

        await Eventually.Holds(async () => (await ToldAsync(watched)).ShouldContain(static a => a.MetricType == MetricType.Revenue && a.DeviationPercentage == -100), Limit);
        await Eventually.Holds(async () => (await metrics.ScalarAsync<long>("select count(*) from sentry_brands where seen is not null and brand_id = $1", unwatched)).ShouldBe(1), Limit);
        (await StatesAsync(unwatched)).ShouldBeEmpty();
    }

    private static DateTimeOffset HourOf(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerHour));

    private async Task<string> BrandAsync()
    {
        var brand = await metrics.BrandAsync();
        await metrics.ScalarAsync<int>("insert into metrics_brands (brand_id, time_zone, currency) values ($1, 'America/Sao_Paulo', 'BRL') on conflict do nothing", brand);
        return brand;
    }

    private async Task PassHourAsync(string brand, int metaPercent)
    {
        var hour = HourOf(_clock.GetUtcNow());
        await SeedAsync(brand, hour, hour.AddHours(1), metaPercent);
        _clock.Advance(TimeSpan.FromHours(1));
        await LookAsync();
    }

    private async Task LookAsync(IInsightProvider? insights = null)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var watch = new SentryWatch(
            metrics.Database, metrics.Host.Services.GetRequiredService<TopicAdmin>(), insights ?? new RuleInsight(), Options.Create(new SentryOptions()),
            new FigureMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()), _clock, NullLogger<SentryWatch>.Instance);
        using var limit = new CancellationTokenSource(Limit);
        _clock.Advance(TimeSpan.FromSeconds(1));   // past the look before
        await watch.LookAsync(_clock.GetUtcNow(), limit.Token);
    }

    /// <summary>Hours as the figures have them: evenings sell more, one in six sales is organic, some noise.</summary>
    private Task SeedAsync(string brand, DateTimeOffset from, DateTimeOffset end, int metaPercent) => metrics.ScalarAsync<int>(
        """
        insert into performance_metrics (brand_id, source, period, timestamp, revision, currency, spend_minor, revenue_minor, conversions, new_customers, clicks, impressions)
        select $1, s.source, 'hourly', h, 1 + $4, 'BRL', s.paid * sales * 7000, s.share * sales * 19700, s.share * sales, s.share * sales, s.paid * sales * 60, s.paid * sales * 4000
        from generate_series($2::timestamptz, $3::timestamptz - interval '1 hour', interval '1 hour') h,
            lateral (select (100 + 50 * sin(extract(hour from h) / 24 * 6.283) + mod(extract(epoch from h)::bigint / 3600 * 37, 11))::bigint as sales) v,
            lateral (values ('meta', 1, 5 * $4 / 100.0), ('organic', 0, 1), ('aggregated', 1, 1 + 5 * $4 / 100.0)) s (source, paid, share)
        """, brand, from.UtcDateTime, end.UtcDateTime, metaPercent);

    private Task TellOfSpendAsync(string brand) => metrics.ScalarAsync<int>(
        """
        insert into spend_facts (brand_id, source, account_id, hour, pulled_at, currency, amount_minor, clicks, impressions, edition) values ($1, 'meta', 'act_1', $2, $3, 'BRL', 0, 0, 0, 1)
        on conflict (brand_id, source, account_id, hour) do update set pulled_at = excluded.pulled_at
        """, brand, Present.AddHours(-1).UtcDateTime, _clock.GetUtcNow().UtcDateTime);

    private async Task<IReadOnlyList<string>> StatesAsync(string brand) =>
        (await metrics.ScalarAsync<string[]>("select coalesce(array_agg(metric_type || ' ' || status order by metric_type), '{}') from performance_anomalies where brand_id = $1", brand))!;

    private async Task<IReadOnlyList<PerformanceAnomaly>> ToldAsync(string brand)
    {
        var reader = new RangeReader(Options.Create(new KafkaOptions { BootstrapServers = metrics.BootstrapServers }));
        var told = new List<PerformanceAnomaly>();
        await foreach (var records in reader.ReadAsync(Topics.PerformanceAnomalies.Name, await reader.FindAsync(Topics.PerformanceAnomalies.Name, new(0, null), null, default), 1_000, default))
        {
            await metrics.Host.Codec.PrepareAsync(records, default);
            foreach (var record in records)
            {
                metrics.Host.Codec.TryDecode<PerformanceAnomaly>(record, out var anomaly, out _).ShouldBeTrue();
                Encoding.UTF8.GetString(record.Key!).ShouldBe($"{anomaly!.BrandId}/{anomaly.MetricType.ToSymbol()}");
                if (anomaly.BrandId == brand)
                    told.Add(anomaly);
            }
        }

        return told;
    }

    /// <summary>A provider that cannot take one brand.</summary>
    private sealed class BrokenFor(string brand) : IInsightProvider
    {
        public ValueTask<Insight?> ExplainAsync(AnomalyCase anomaly, CancellationToken cancellationToken) =>
            anomaly.BrandId == brand ? throw new FormatException("not this one") : ValueTask.FromResult<Insight?>(null);
    }
}
