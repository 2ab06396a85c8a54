using System.Net;

namespace TrackHub.ConsoleTests.Performance;

[Collection(PerformanceGroup.Name)]
public sealed class MetricEndpointTests(PerformanceWorld world)
{
    [Fact]
    public async Task Buckets_of_a_range_come_by_start_and_source_with_ratios_made_from_their_sums()
    {
        var brand = await world.BrandAsync();
        await SumsAsync(brand, "meta", "hourly", "2026-11-22 03:00Z", "12345, 49380, 0, 5, 5, 150, 6000, 0");
        await SumsAsync(brand, "aggregated", "hourly", "2026-11-22 03:00Z", "12345, 60000, 0, 6, 6, 150, 6000, 2");
        await SumsAsync(brand, "meta", "hourly", "2026-11-23 02:00Z", "100, 0, 0, 0, 0, 0, 0, 0");
        await SumsAsync(brand, "meta", "hourly", "2026-11-23 03:00Z", "1, 1, 1, 1, 1, 1, 1, 1");      // the next day in São Paulo
        await SumsAsync(brand, "meta", "hourly", "2026-11-22 02:00Z", "1, 1, 1, 1, 1, 1, 1, 1");      // the day before
        await SumsAsync(brand, "meta", "daily", "2026-11-22 03:00Z", "1, 1, 1, 1, 1, 1, 1, 1");
        await SumsAsync(brand, "organic", "hourly", "2026-11-22 05:00Z", "0, 0, 0, 0, 0, 0, 0, 0");   // whatever was there has moved
        await SumsAsync(await world.BrandAsync(), "meta", "hourly", "2026-11-22 04:00Z", "1, 1, 1, 1, 1, 1, 1, 1");

        var answer = await world.GetAsync($"/api/performance/metrics?brandId={brand}&startDate=2026-11-22&endDate=2026-11-22&period=hourly");

        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Each("id").ShouldBe(
        [
            $"metric_{brand}_aggregated_hourly-2026-11-22T03:00:00Z", $"metric_{brand}_meta_hourly-2026-11-22T03:00:00Z", $"metric_{brand}_meta_hourly-2026-11-23T02:00:00Z",
        ]);
        answer.Body[1].GetProperty("data").GetRawText().ShouldBe("""{"spend":123.45,"revenue":493.8,"roas":4,"cac":24.69,"ctr":0.025,"cpc":0.823,"conversions":5}""");
        answer.Body[2].GetProperty("data").GetRawText().ShouldBe("""{"spend":1,"revenue":0,"roas":0,"cac":null,"ctr":null,"cpc":null,"conversions":0}""");
        answer.Body[0].GetProperty("basis").GetProperty("unconverted").GetInt64().ShouldBe(2);
        (await world.GetAsync($"/api/performance/metrics?brandId={brand}&startDate=2026-11-22&endDate=2026-11-22&period=hourly&source=aggregated")).Each("source").ShouldBe(["aggregated"]);
    }

    [Fact]
    public async Task Pages_hold_every_bucket_once_and_in_order()
    {
        var brand = await world.BrandAsync();
        await ManyAsync(brand);
        var all = await world.GetAsync(Range(brand));
        var ids = new List<string>();

        for (var next = Range(brand) + "&limit=7"; next is not null;)
        {
            var page = await world.GetAsync(next);
            ids.AddRange(page.Each("id"));
            next = page.Next;
        }

        all.Next.ShouldBeNull();
        ids.Count.ShouldBe(24 * 4);
        ids.ShouldBe(all.Each("id"));
    }

    [Fact]
    public async Task Who_has_the_state_gets_it_again_only_after_a_bucket_changed()
    {
        var brand = await world.BrandAsync();
        await ManyAsync(brand);
        var first = await world.GetAsync(Range(brand));

        var again = await world.GetAsync(Range(brand), etag: first.ETag);
        var otherRange = await world.GetAsync(Range(brand) + "&source=meta", etag: first.ETag);
        await world.Host.ExecuteAsync($"update performance_metrics set revision = revision + 1, spend_minor = 999 where brand_id = '{brand}' and source = 'google' and timestamp = '2026-11-22 07:00Z'");
        var changed = await world.GetAsync(Range(brand), etag: first.ETag);

        again.Status.ShouldBe(HttpStatusCode.NotModified);
        (again.ETag, again.CacheControl, first.CacheControl).ShouldBe((first.ETag, "no-cache, private", "no-cache, private"));
        otherRange.Status.ShouldBe(HttpStatusCode.OK);
        changed.Status.ShouldBe(HttpStatusCode.OK);
        changed.ETag.ShouldNotBe(first.ETag);
    }

    [Fact]
    public async Task A_bucket_that_was_emptied_is_no_figure_and_changes_the_state()
    {
        var brand = await world.BrandAsync();
        await SumsAsync(brand, "meta", "hourly", "2026-11-22 03:00Z", "1, 1, 0, 1, 1, 1, 1, 0");
        await SumsAsync(brand, "meta", "hourly", "2026-11-22 05:00Z", "2, 2, 0, 2, 2, 2, 2, 0");
        var full = await world.GetAsync(Range(brand));

        await world.Host.ExecuteAsync($"update performance_metrics set revision = 2, spend_minor = 0, revenue_minor = 0, conversions = 0, new_customers = 0, clicks = 0, impressions = 0 where brand_id = '{brand}' and timestamp = '2026-11-22 03:00Z'");
        var emptied = await world.GetAsync(Range(brand), etag: full.ETag);
        var anew = await world.GetAsync(Range(brand));
        var again = await world.GetAsync(Range(brand), etag: anew.ETag);

        emptied.Status.ShouldBe(HttpStatusCode.OK);
        emptied.Each("timestamp").ShouldBe(["2026-11-22T05:00:00Z"]);
        (anew.ETag, again.Status).ShouldBe((emptied.ETag, HttpStatusCode.NotModified));
        (await world.GetAsync((await world.GetAsync(Range(brand) + "&limit=1")).Next!)).Each("timestamp").ShouldBe(["2026-11-22T05:00:00Z"]);
    }

    [Fact]
    public async Task Another_tenants_brand_looks_like_one_that_is_not_there()
    {
        var brand = await world.BrandAsync();
        await ManyAsync(brand);

        var foreign = await world.GetAsync(Range(brand), key: world.Stranger);
        var absent = await world.GetAsync(Range("zzzzzzzzzzzz"));

        foreign.Status.ShouldBe(HttpStatusCode.NotFound);
        absent.Body.GetRawText().ShouldBe(foreign.Body.GetRawText());
    }

    [Fact]
    public async Task A_range_beyond_the_limit_is_refused_with_its_length_and_the_remedy()
    {
        var answer = await world.GetAsync($"/api/performance/metrics?brandId={await world.BrandAsync()}&startDate=2026-01-01&endDate=2026-11-22&period=hourly");

        (answer.Status, answer.Code).ShouldBe((HttpStatusCode.BadRequest, "malformed_request"));
        answer.Detail.ShouldContain("326 days");
        answer.Detail.ShouldContain("period=daily");
    }

    private static string Range(string brand) => $"/api/performance/metrics?brandId={brand}&startDate=2026-11-22T00:00Z&endDate=2026-11-23T00:00:00%2B00:00&period=hourly";

    private Task ManyAsync(string brand) => world.Host.ExecuteAsync($"""
        insert into performance_metrics (brand_id, source, period, timestamp, revision, currency, spend_minor, revenue_minor)
        select '{brand}', s, 'hourly', h, 1, 'BRL', 100, 200 from generate_series('2026-11-21 23:00Z'::timestamptz, '2026-11-23 00:00Z', '1 hour') h, unnest(array['meta', 'google', 'organic', 'aggregated']) s
        """);

    private Task SumsAsync(string brand, string source, string period, string start, string sums) => world.Host.ExecuteAsync($"""
        insert into performance_metrics (brand_id, source, period, timestamp, revision, currency, spend_minor, revenue_minor, refunded_minor, conversions, new_customers, clicks, impressions, unconverted)
        values ('{brand}', '{source}', '{period}', '{start}', 1, 'BRL', {sums})
        """);
}
