using System.Net;
using TrackHub.Load.Http;
using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Pages;

/// <summary>How long the console takes for ninety days of hourly figures of one brand among a thousand: one source, all four, and for who has them already.</summary>
internal static class PagesScenario
{
    /// <summary>Runs it.</summary>
    public static async Task RunAsync(LoadRun run, CancellationToken cancellationToken)
    {
        await using var lab = await run.StartPagesAsync(cancellationToken);
        var range = $"api/performance/metrics?brandId={lab.BrandId}&period=hourly&startDate={Iso(lab.End.AddHours(-PagesLab.Hours))}&endDate={Iso(lab.End)}";
        var tag = await TagAsync(lab, range, cancellationToken);
        foreach (var (name, requests) in (IEnumerable<(string, GetRequests)>)
        [
            ("90 days of one source", new(lab, range + "&source=aggregated", null)),
            ("90 days of four sources", new(lab, range, null)),
            ("304 for four sources", new(lab, range, tag)),
        ])
        {
            await run.SayAsync($"{name}: latency at {run.Settings.Rate}/s");
            await using var target = new PageTarget(new(lab.Address, requests, connections: 4));
            var (cpu, used) = (lab.Meter.CpuSeconds, run.Generator.Used);
            var seen = await run.Generator.OpenAsync(name, target, 4, cancellationToken);
            seen.Cost = new((lab.Meter.CpuSeconds - cpu) * 1_000_000 / (run.Generator.Used - used), null, lab.Meter.ResidentMegabytes);
            run.Keep(seen);
        }
    }

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<string> TagAsync(PagesLab lab, string path, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        using var answer = await http.SendAsync(new GetRequests(lab, path, null).Make(lab.Address, 0), cancellationToken);
        answer.EnsureSuccessStatusCode();
        return answer.Headers.ETag!.Tag;
    }

    private sealed class GetRequests(PagesLab lab, string path, string? tag) : IRequestMaker
    {
        public HttpRequestMessage Make(Uri address, long number)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path)) { Headers = { Authorization = new("Bearer", lab.Key.Reveal()) } };
            if (tag is not null)
                request.Headers.IfNoneMatch.Add(new(tag));
            return request;
        }
    }

    /// <summary>Not modified is an answer here.</summary>
    private sealed class PageTarget(HttpTarget http) : ILoadTarget
    {
        private static readonly string NotModified = $"http_{(int)HttpStatusCode.NotModified}";

        public int Depth => 1;

        public async Task<string?> SendAsync(long number, CancellationToken cancellationToken) =>
            await http.SendAsync(number, cancellationToken) is { } failure && failure != NotModified ? failure : null;

        public ValueTask DisposeAsync() => http.DisposeAsync();
    }
}
