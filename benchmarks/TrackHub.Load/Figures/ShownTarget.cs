using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;
using TrackHub.Platform.Tenants;

namespace TrackHub.Load.Figures;

/// <summary>One sale; answered when the console shows it: a brand's k-th sale is shown once <c>GET /api/performance/metrics</c> counts k of this run.</summary>
/// <remarks>
/// Every brand is asked for again a tenth of a second after each answer, which is part of what is measured, as a page that stays open sees it. Neighbours that
/// partitions swap are taken for each other: their mean is exact.
/// </remarks>
internal sealed class ShownTarget : ILoadTarget
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Range = TimeSpan.FromDays(20);   // of the sales' own time, longer than a run

    private readonly Dictionary<string, ConcurrentQueue<TaskCompletionSource>> _waiting = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopped = new();
    private readonly HttpClient _http;
    private readonly SalesTraffic _traffic;
    private readonly TimeProvider _clock;
    private readonly long _first;
    private readonly Task _asking;

    private ShownTarget(HttpClient http, SalesTraffic traffic, long first, IReadOnlyDictionary<string, long> before, TimeProvider clock)
    {
        (_http, _traffic, _first, _clock) = (http, traffic, first, clock);
        foreach (var brand in before.Keys)
            _waiting[brand] = new();
        _asking = Task.WhenAll(before.Select(brand => AskAsync(brand.Key, brand.Value)));
    }

    /// <inheritdoc/>
    public int Depth => 1;

    /// <summary>Begins to ask.</summary>
    /// <param name="console">Where the console listens.</param>
    /// <param name="key">A key of the brands' tenant.</param>
    /// <param name="brands">Brands of the traffic.</param>
    /// <param name="traffic">What is sent.</param>
    /// <param name="first">Number that sales are numbered from.</param>
    /// <param name="clock">Paces.</param>
    public static async Task<ShownTarget> StartAsync(Uri console, Secret<string> key, IReadOnlyList<LoadBrand> brands, SalesTraffic traffic, long first, TimeProvider clock)
    {
        var http = new HttpClient { BaseAddress = console, DefaultRequestHeaders = { Authorization = new("Bearer", key.Reveal()) } };
        var before = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var brand in brands)
            before[brand.BrandId] = await CountAsync(http, brand.BrandId, traffic.At(first));
        return new(http, traffic, first, before, clock);
    }

    /// <inheritdoc/>
    public async Task<string?> SendAsync(long number, CancellationToken cancellationToken)
    {
        var sale = _traffic.Sale(_first + number);
        var shown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[sale.BrandId].Enqueue(shown);   // before it can be counted
        await _traffic.ProduceAsync([sale], cancellationToken);
        await (await Task.WhenAny(shown.Task, _asking).WaitAsync(cancellationToken));   // a question that failed ends every wait
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _asking;
        _stopped.Dispose();
        _http.Dispose();
    }

    private async Task AskAsync(string brandId, long before)
    {
        var seen = before;
        while (!_stopped.IsCancellationRequested)
        {
            var counted = await CountAsync(_http, brandId, _traffic.At(_first));
            while (seen < counted && _waiting[brandId].TryDequeue(out var sale))
            {
                sale.SetResult();
                seen++;
            }

            await Task.Delay(AskAgain, _clock);
        }
    }

    private static async Task<long> CountAsync(HttpClient http, string brandId, DateTimeOffset from)
    {
        static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH':00Z'", CultureInfo.InvariantCulture);
        using var answer = await http.GetAsync(
            new Uri($"api/performance/metrics?brandId={brandId}&source=aggregated&period=hourly&startDate={Iso(from)}&endDate={Iso(from + Range)}", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        using var buckets = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        return buckets.RootElement.EnumerateArray().Sum(static bucket => bucket.GetProperty("data").GetProperty("conversions").GetInt64());
    }
}
