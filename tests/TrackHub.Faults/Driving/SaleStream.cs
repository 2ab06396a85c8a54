using System.Diagnostics;
using System.Text.Json;
using TrackHub.Faults.Lab;

namespace TrackHub.Faults.Driving;

/// <summary>How a sale was answered.</summary>
/// <param name="EventId">Its event id.</param>
/// <param name="Status">HTTP status; 0 if no answer came.</param>
/// <param name="Spooled">Whether the receipt is the spool's.</param>
/// <param name="Latency">From the intended send time to the end of the answer.</param>
public sealed record SaleAnswer(string EventId, int Status, bool Spooled, TimeSpan Latency);

/// <summary>Sales alone, at a steady intended rate whatever the system does, each sent once.</summary>
internal static class SaleStream
{
    // The output of a running system is read by two of the pool's threads that block. With two cores the pool begins with no more, and takes half a
    // second to add one: half a second in which nothing is sent, and which would be told of the ingress.
    private const int Threads = 16;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);

    static SaleStream() => ThreadPool.SetMinThreads(Threads, Threads);

    /// <summary>Sends sales <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> of a run.</summary>
    public static async Task<IReadOnlyList<SaleAnswer>> SendAsync(LabBrand brand, string run, int first, int count, int perSecond)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = AnswerLimit };
        var started = Stopwatch.GetTimestamp();
        var sales = new List<Task<SaleAnswer>>(count);
        for (var number = 0; number < count; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / perSecond);
            if (due - Stopwatch.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
                await Task.Delay(left);
            sales.Add(SellAsync(http, brand, new(first + number, run), started, due));
        }

        return await Task.WhenAll(sales);
    }

    private static async Task<SaleAnswer> SellAsync(HttpClient http, LabBrand brand, Visitor visitor, long started, TimeSpan due)
    {
        var (sale, make) = Gateway.Sale(brand, visitor);
        try
        {
            using var request = make();
            using var answer = await http.SendAsync(request);
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return new(sale.EventId, (int)answer.StatusCode, body.RootElement.TryGetProperty("spooled", out _), Stopwatch.GetElapsedTime(started) - due);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
        {
            return new(sale.EventId, Status: 0, Spooled: false, Stopwatch.GetElapsedTime(started) - due);
        }
    }
}
