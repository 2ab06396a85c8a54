using System.Net;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleTests.Performance;

[Collection(PerformanceGroup.Name)]
public sealed class AnomalyEndpointTests(PerformanceWorld world)
{
    [Fact]
    public async Task Anomalies_come_newest_first_in_pages_and_by_status_with_amounts_in_major_units()
    {
        var brand = await world.BrandAsync();
        var ids = await AnomaliesAsync(brand, 5);

        var all = await world.GetAsync($"/api/performance/anomalies?brandId={brand}");
        var first = await world.GetAsync($"/api/performance/anomalies?brandId={brand}&limit=3");
        var second = await world.GetAsync(first.Next!);

        all.Each("id").ShouldBe(ids);
        first.Each("id").Concat(second.Each("id")).ShouldBe(ids);
        second.Next.ShouldBeNull();
        (await world.GetAsync($"/api/performance/anomalies?brandId={brand}&status=ignored")).Body.GetArrayLength().ShouldBe(0);
        (await world.GetAsync($"/api/performance/anomalies?brandId={brand}&status=new")).Body.GetArrayLength().ShouldBe(5);
        var cac = all.Body[0];
        (cac.GetProperty("metricType").GetString(), cac.GetProperty("valueAtDetection").GetDouble(), cac.GetProperty("expectedValue").GetDouble()).ShouldBe(("cac", 45.5, 30));
        cac.GetProperty("aiInsight").GetRawText().ShouldBe("""{"explanation":"CAC rose at meta.","suggestedAction":"Look."}""");
        cac.GetProperty("basis").GetProperty("revenueAtRisk").GetDecimal().ShouldBe(1_970.5m);
        var ctr = all.Body[1];
        (ctr.GetProperty("metricType").GetString(), ctr.GetProperty("valueAtDetection").GetDouble()).ShouldBe(("ctr", 4_550d));
        ctr.TryGetProperty("aiInsight", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Who_has_the_state_gets_it_again_only_after_an_anomaly_changed()
    {
        var brand = await world.BrandAsync();
        var ids = await AnomaliesAsync(brand, 2);
        var address = $"/api/performance/anomalies?brandId={brand}";
        var first = await world.GetAsync(address);

        var again = await world.GetAsync(address, etag: first.ETag);
        await PatchAsync(ids[0], "investigating");
        var changed = await world.GetAsync(address, etag: first.ETag);

        again.Status.ShouldBe(HttpStatusCode.NotModified);
        changed.Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_status_goes_its_way_and_each_step_is_on_record()
    {
        var brand = await world.BrandAsync();
        var id = (await AnomaliesAsync(brand, 1))[0];

        foreach (var status in (string[])["investigating", "investigating", "ignored", "resolved", "investigating"])
        {
            var answer = await PatchAsync(id, status);
            (answer.Status, answer.Body.GetProperty("status").GetString()).ShouldBe((HttpStatusCode.OK, status));
        }

        (await world.AuditAsync(id)).ShouldBe(
        [
            $$"""key anomaly.status {"to": "investigating", "from": "new", "brand": "{{brand}}"}""",
            $$"""key anomaly.status {"to": "ignored", "from": "investigating", "brand": "{{brand}}"}""",
            $$"""key anomaly.status {"to": "resolved", "from": "ignored", "brand": "{{brand}}"}""",
            $$"""key anomaly.status {"to": "investigating", "from": "resolved", "brand": "{{brand}}"}""",
        ]);
    }

    [Fact]
    public async Task A_step_that_does_not_follow_is_refused_and_leaves_nothing_behind()
    {
        var brand = await world.BrandAsync();
        var id = (await AnomaliesAsync(brand, 1))[0];
        await PatchAsync(id, "resolved");

        var answer = await PatchAsync(id, "ignored");

        (answer.Status, answer.Code).ShouldBe((HttpStatusCode.Conflict, "transition_impossible"));
        answer.Detail.ShouldBe("The anomaly is resolved and cannot become ignored: set investigating.");
        (await world.AuditAsync(id)).Count.ShouldBe(1);
        (await PatchAsync(id, "closed")).Detail.ShouldBe("status is 'closed': give one of new, investigating, resolved, ignored.");
    }

    [Fact]
    public async Task Of_many_at_once_each_step_follows_the_one_before()
    {
        var brand = await world.BrandAsync();
        var id = (await AnomaliesAsync(brand, 1))[0];

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => PatchAsync(id, n % 2 == 0 ? "investigating" : "ignored")));

        answers.ShouldAllBe(static answer => answer.Status == HttpStatusCode.OK);
        var steps = (await world.AuditAsync(id)).Select(static line => line.Split('"')).Select(static parts => (From: parts[7], To: parts[3])).ToList();
        steps[0].From.ShouldBe("new");
        steps.Zip(steps.Skip(1)).ShouldAllBe(static pair => pair.First.To == pair.Second.From);
    }

    [Fact]
    public async Task Only_operators_of_its_own_tenant_reach_it()
    {
        var brand = await world.BrandAsync();
        var id = (await AnomaliesAsync(brand, 1))[0];

        (await PatchAsync(id, "resolved", role: AccessRole.Viewer)).Status.ShouldBe(HttpStatusCode.Forbidden);
        var foreign = await PatchAsync(id, "resolved", key: world.Stranger);
        var absent = await PatchAsync(Guid.NewGuid().ToString(), "resolved");
        (await PatchAsync("no-id", "resolved")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await world.GetAsync($"/api/performance/anomalies?brandId={brand}", key: world.Stranger)).Status.ShouldBe(HttpStatusCode.NotFound);

        foreign.Status.ShouldBe(HttpStatusCode.NotFound);
        absent.Body.GetRawText().ShouldBe(foreign.Body.GetRawText());
        (await PatchAsync(id, "resolved", role: AccessRole.Operator)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private Task<Answer> PatchAsync(string id, string status, AccessRole role = AccessRole.Operator, string? key = null) =>
        world.AskAsync(HttpMethod.Patch, $"/api/performance/anomalies/{id}", new { status }, role, key);

    /// <summary>Adds anomalies of one moment each; returns their ids, newest first, two of them found at the same moment.</summary>
    private async Task<List<string>> AnomaliesAsync(string brand, int count)
    {
        var ids = Enumerable.Range(0, count).Select(static _ => Guid.CreateVersion7()).Order().ToList();
        for (var n = 0; n < count; n++)
        {
            var metric = n % 2 == 0 ? "cac" : "ctr";
            await world.Host.ExecuteAsync($"""
                insert into performance_anomalies (id, brand_id, metric_type, severity, hour, window_hours, detected_at, value_at_detection, expected_value, deviation_percentage,
                    revenue_at_risk_minor, currency, insight_explanation, insight_action, resolved_at)
                values ('{ids[n]}', '{brand}', '{metric}', 'warning', '2026-11-22 03:00Z'::timestamptz - interval '{n} hours', 1, '2026-11-22 04:05:06.123456Z'::timestamptz - interval '{n / 2} hours', 4550, 3000, 51.67,
                    197050, 'BRL', {(metric == "cac" ? "'CAC rose at meta.', 'Look.'" : "null, null")}, now())
                """);
        }

        return ids.ConvertAll(static id => id.ToString());
    }
}
