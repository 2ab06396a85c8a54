using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using TrackHub.Cli.Demo.Plan;

namespace TrackHub.Cli.Demo.Play;

/// <summary>Sends a plan: scripts side by side, the requests of one script one after another, each after the answer to the one before.</summary>
/// <param name="http">Client whose base address is the ingress.</param>
/// <param name="clock">Waits and measures.</param>
internal sealed class Player(HttpClient http, TimeProvider clock)
{
    /// <summary>Scripts at work at once; more waits.</summary>
    public const int Concurrency = 16;

    private const int MaxAttempts = 30;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NoAnswerWait = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<SentItem> _sent = [];

    /// <summary>Requests answered so far.</summary>
    public int Done => _sent.Count;

    /// <summary>Sends everything.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="seed">Decides the order in which scripts begin.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was answered, in the plan's order.</returns>
    public async Task<IReadOnlyList<SentItem>> PlayAsync(IReadOnlyList<PlannedItem> plan, int seed, CancellationToken cancellationToken)
    {
        var scripts = plan.GroupBy(static item => item.Script).Select(static script => script.ToList()).ToArray();
        new Random(seed).Shuffle(scripts);
        await Parallel.ForEachAsync(
            scripts,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (script, stop) =>
            {
                foreach (var item in script)
                {
                    if (item.After > TimeSpan.Zero)
                        await Task.Delay(item.After, clock, stop);
                    _sent.Enqueue(await SendAsync(item, stop));
                }
            });
        return [.. _sent.OrderBy(static sent => sent.Item.Number)];
    }

    // As gateways and the tracker do: come back after Retry-After, and after no answer at all.
    private async Task<SentItem> SendAsync(PlannedItem item, CancellationToken cancellationToken)
    {
        var unsure = 0;
        for (var attempt = 1; ; attempt++)
        {
            var started = clock.GetTimestamp();
            TimeSpan wait;
            try
            {
                using var request = RequestOf(item.Request);
                using var response = await http.SendAsync(request, cancellationToken);
                var answer = Answer.Read((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
                var latency = clock.GetElapsedTime(started);
                if (answer.Status is not (503 or 429) || attempt == MaxAttempts)
                    return new(item, answer.Status, answer.Code, answer.Receipts, attempt, unsure + answer.Receipts.Count(static receipt => receipt.Coordinates is null), latency);

                wait = response.Headers.RetryAfter?.Delta ?? NoAnswerWait;
                unsure += answer.Status is 503 ? 1 : 0;
            }
            catch (Exception fault) when (
                fault is HttpRequestException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                if (attempt == MaxAttempts)
                    return new(item, Status: 0, "no_answer", [], attempt, unsure + 1, clock.GetElapsedTime(started));
                wait = NoAnswerWait;
                unsure++;
            }

            await Task.Delay((wait < MaxWait ? wait : MaxWait) + TimeSpan.FromMilliseconds(Random.Shared.Next(250)), clock, cancellationToken);
        }
    }

    private static HttpRequestMessage RequestOf(PlannedRequest planned)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(planned.Body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(planned.ContentType);
        var request = new HttpRequestMessage(HttpMethod.Post, planned.Path) { Content = content };
        foreach (var (name, value) in planned.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }
}
