using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Cli.Demo.Check;
using TrackHub.Cli.Demo.Plan;
using TrackHub.Cli.Demo.Play;
using TrackHub.Cli.Demo.Report;
using TrackHub.Platform.Books;
using TrackHub.Platform.Streams;

namespace TrackHub.Cli.Demo;

/// <summary>Where a demo's system is.</summary>
/// <param name="Ingress">Public address of the ingress.</param>
/// <param name="Simulator">Address of the simulator.</param>
/// <param name="Dataset">The demo brand's dataset there.</param>
internal sealed record DemoAddresses(Uri Ingress, Uri Simulator, string Dataset);

/// <summary>One run: send the plan, wait for every end, see what is there.</summary>
internal sealed class DemoRun(IServiceProvider services, DemoAddresses addresses, ProgressDisplay display, Action<string> say, TimeProvider clock)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BooksLimit = TimeSpan.FromSeconds(30);

    /// <summary>Plays a plan.</summary>
    /// <param name="plan">Plan.</param>
    /// <param name="brandId">Brand it is of.</param>
    /// <param name="seed">Decides the order in which scripts begin.</param>
    /// <param name="limit">Longest wait for the ends after everything is sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Observation> PlayAsync(
        IReadOnlyList<PlannedItem> plan, string brandId, int seed, TimeSpan limit, CancellationToken cancellationToken)
    {
        var startedAt = clock.GetUtcNow();
        var log = new LogFollower(
            services.GetRequiredService<RecordCodec>(),
            services.GetRequiredService<TopicAdmin>(),
            services.GetRequiredService<IOptions<KafkaOptions>>().Value,
            brandId);
        await log.MarkAsync(cancellationToken);
        using var stopFollowing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = log.FollowAsync(stopFollowing.Token);
        try
        {
            var sent = await SendAsync(plan, seed, cancellationToken);
            var books = new BooksReader(services.GetRequiredService<NpgsqlDataSource>());
            var settling = new Settling(log, books, clock);
            say("Waiting for every end; a sale whose click does not come waits 65 s for it.");
            var waiting = WhileAsync(following, settling.WaitAsync(sent, startedAt, limit, cancellationToken));
            if (!await display.ShowAsync("ended", () => (settling.Ended, settling.Known), waiting))
                say($"After {limit.TotalSeconds:0} s {settling.Known - settling.Ended} of {settling.Known} accepted events have no end yet; they are listed below.");

            return await ObserveAsync(sent, brandId, log, settling, books, startedAt, cancellationToken);
        }
        finally
        {
            await stopFollowing.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Without the follower nothing would ever end: what ended it is the news.
    private static async Task<bool> WhileAsync(Task following, Task<bool> waiting)
    {
        if (await Task.WhenAny(following, waiting) == following)
            await following;
        return await waiting;
    }

    private async Task<IReadOnlyList<SentItem>> SendAsync(IReadOnlyList<PlannedItem> plan, int seed, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxConnectionsPerServer = Player.Concurrency,
        };
        using var http = new HttpClient(handler, disposeHandler: false) { BaseAddress = addresses.Ingress, Timeout = AnswerLimit };
        var player = new Player(http, clock);
        return await display.ShowAsync("sent", () => (player.Done, plan.Count), player.PlayAsync(plan, seed, cancellationToken));
    }

    private async Task<Observation> ObserveAsync(
        IReadOnlyList<SentItem> sent, string brandId, LogFollower log, Settling settling, BooksReader books, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler, disposeHandler: false) { BaseAddress = addresses.Simulator, Timeout = AnswerLimit };
        var arrivals = await new SimulatorReader(http).ArrivalsAsync(addresses.Dataset, cancellationToken);
        var planned = sent.SelectMany(static s => s.Item.Events).Select(static e => e.EventId).OfType<string>().ToHashSet();
        var others = arrivals
            .Where(arrival => arrival.At >= startedAt && !planned.Contains(arrival.EventId))
            .Select(static arrival => arrival.EventId)
            .ToList();
        var audit = services.GetRequiredService<BookAudit>();
        var report = await audit.LookAsync(new(brandId, startedAt), BooksLimit, cancellationToken);
        if (report.Behind > 0)
            say($"The ledger has not read {report.Behind} records yet: `trackhub books` says later whether everything is accounted for.");
        return new()
        {
            Sent = sent,
            Unaccounted = await audit.DescribeAsync([.. report.Minutes.SelectMany(static minute => minute.IngestIds)], cancellationToken),
            Logged = log.Events(),
            Ends = log.Ends(),
            Books = settling.Books,
            DeadLetters = settling.DeadLetters,
            Conversions = log.Conversions(),
            Arrivals = arrivals,
            StartedAt = startedAt,
            OfOthers = others.Count == 0 ? new HashSet<string>() : await books.KnownEventsAsync(others, cancellationToken),
        };
    }
}
