using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using TrackHub.Faults.Lab;

namespace TrackHub.Faults.Driving;

/// <summary>
/// Visits at a steady intended rate, whatever the system does: click, sometimes a checkout, sale, each after the ack of the one before. What is
/// refused or not answered is sent again with the same body, as gateways do, until it is acked. Thread-safe.
/// </summary>
public sealed class Load : IAsyncDisposable
{
    private const int CheckoutEvery = 4;
    private const double EventsPerVisit = 2 + (1.0 / CheckoutEvery);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AckLimit = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { Timeout = AnswerLimit };
    private readonly ConcurrentDictionary<string, SentEvent> _events = new();
    private readonly CancellationTokenSource _full = new();
    private readonly CancellationTokenSource _abandoned = new();
    private readonly IReadOnlyList<LabBrand> _brands;
    private readonly Task _starting;
    private readonly List<Task> _visits = [];
    private readonly ConcurrentBag<string> _oddAnswers = [];
    private int _firstAcks;

    private Load(IReadOnlyList<LabBrand> brands, string run, int eventsPerSecond, int? visits)
    {
        (_brands, Run) = (brands, run);
        _starting = StartVisitsAsync(TimeSpan.FromSeconds(EventsPerVisit / eventsPerSecond), visits ?? int.MaxValue);
    }

    /// <summary>Name of the run; part of every id and every person of it.</summary>
    public string Run { get; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; } = TimeProvider.System.GetUtcNow();

    /// <summary>Everything sent so far.</summary>
    public IReadOnlyCollection<SentEvent> Events => [.. _events.Values];

    /// <summary>Events acked so far.</summary>
    public int Acked => Volatile.Read(ref _firstAcks);

    /// <summary>Answers that no fault of a machine may bring about: neither success nor 503. Status and event id.</summary>
    public IReadOnlyCollection<string> OddAnswers => _oddAnswers;

    /// <summary>Begins.</summary>
    /// <param name="brands">Brands that take turns.</param>
    /// <param name="run">Name of the run, new.</param>
    /// <param name="eventsPerSecond">Intended rate.</param>
    /// <param name="visits">Ends after so many visits; null goes on until <see cref="StopAsync"/>.</param>
    public static Load Start(IReadOnlyList<LabBrand> brands, string run, int eventsPerSecond, int? visits = null) => new(brands, run, eventsPerSecond, visits);

    /// <summary>Waits until so many further events were acked.</summary>
    public async Task FlowsAsync(int further = 20)
    {
        var wanted = Acked + further;
        await TrackHub.Testing.Eventually.Holds(() => Acked >= wanted, AckLimit);
    }

    /// <summary>Begins no more visits and waits until every event of those begun is acked.</summary>
    /// <exception cref="TimeoutException">Some were not within a minute; names them.</exception>
    public async Task StopAsync()
    {
        await _full.CancelAsync();
        await EndAsync();
    }

    /// <summary>Waits until as many visits as were asked for are through.</summary>
    public async Task EndAsync()
    {
        await _starting;
        _abandoned.CancelAfter(AckLimit);
        await Task.WhenAll(_visits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var open = Events.Where(static e => !e.Acked).ToList();
        if (open.Count > 0)
            throw new TimeoutException($"{open.Count} event(s) were not acked within {AckLimit.TotalSeconds:0} s: {string.Join(", ", open.Take(5).Select(static e => e.EventId))}");
        await Task.WhenAll(_visits);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _full.CancelAsync();
        await _abandoned.CancelAsync();
        await _starting;
        await Task.WhenAll(_visits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _full.Dispose();
        _abandoned.Dispose();
    }

    private async Task StartVisitsAsync(TimeSpan interval, int visits)
    {
        var started = Stopwatch.GetTimestamp();
        for (var number = 0; number < visits && !_full.IsCancellationRequested; number++)
        {
            _visits.Add(VisitAsync(_brands[number % _brands.Count], new(number, Run)));
            var left = (interval * (number + 1)) - Stopwatch.GetElapsedTime(started);
            if (left > TimeSpan.Zero)
                await Task.Delay(left, _full.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task VisitAsync(LabBrand brand, Visitor visitor)
    {
        await SendAsync(Gateway.Click(brand, visitor));
        if (visitor.Number % CheckoutEvery == 0)
            await SendAsync(Gateway.Checkout(brand, visitor));
        await SendAsync(Gateway.Sale(brand, visitor));
    }

    private async Task SendAsync((SentEvent Event, Func<HttpRequestMessage> Request) step)
    {
        var started = Stopwatch.GetTimestamp();
        var sent = step.Event;
        while (true)
        {
            // Told before it is sent: whatever shows up anywhere is known.
            _events[sent.EventId] = sent;
            var receipt = await AttemptAsync(step.Request, sent.EventId);
            if (receipt is var (place, spooled))
            {
                _events[sent.EventId] = sent with { Receipt = place, Spooled = spooled, Latency = Stopwatch.GetElapsedTime(started) };
                Interlocked.Increment(ref _firstAcks);
                return;
            }

            sent = sent with { Unsure = sent.Unsure + 1 };
            await Task.Delay(Pause, _abandoned.Token);
        }
    }

    /// <summary>One attempt.</summary>
    /// <returns>The receipt, or that it is in the spool; null where it must be sent again.</returns>
    private async Task<(Receipt? Receipt, bool Spooled)?> AttemptAsync(Func<HttpRequestMessage> make, string eventId)
    {
        try
        {
            using var request = make();
            using var answer = await _http.SendAsync(request, _abandoned.Token);
            if (!answer.IsSuccessStatusCode)
            {
                if (answer.StatusCode is not HttpStatusCode.ServiceUnavailable)
                    _oddAnswers.Add($"{(int)answer.StatusCode} for {eventId}");
                return null;
            }

            await using var body = await answer.Content.ReadAsStreamAsync(_abandoned.Token);
            using var read = await JsonDocument.ParseAsync(body, cancellationToken: _abandoned.Token);
            var place = Receipt.Of(read.RootElement);
            return (place, place is null);
        }
        catch (Exception fault) when (
            fault is HttpRequestException or IOException || (fault is OperationCanceledException && !_abandoned.IsCancellationRequested))
        {
            return null;
        }
    }
}
