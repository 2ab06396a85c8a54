using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;
using TrackHub.Ledger.Projecting;
using TrackHub.LocalKafka.Hosting;
using TrackHub.Matching;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching;

/// <summary>A running matcher over a broker, a database and a Redis of its own. Tests share it and take a brand each.</summary>
public class MatchingWorld : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _parts = [];
    private TestHost _host = null!;
    private LocalKafkaHost _broker = null!;
    private string _database = "";
    private string _redis = "";

    internal LeapingClock Clock { get; } = new();

    internal RedisServer Redis { get; private set; } = null!;

    internal TopicTap Tap { get; private set; } = null!;

    internal IServiceProvider Services => _host.Services;

    internal RecordCodec Codec => _host.Codec;

    internal Readiness Readiness => Services.GetRequiredService<Readiness>();

    internal WindowKeeper Keeper => Services.GetRequiredService<WindowKeeper>();

    internal Sealer Sealer => Services.GetRequiredService<Sealer>();

    public async Task InitializeAsync()
    {
        _broker = await TestMachine.StartBrokerAsync(TestFolder.Next("matching-kafka"));
        _parts.Add(_broker);
        _redis = await StartRedisAsync();
        _database = await TestBrands.CreateDatabaseAsync();
        _host = await HostAsync();
        await Services.GetRequiredService<TopicAdmin>().ApplyAsync(CancellationToken.None);
        Tap = new(
            _broker.BootstrapServers, Codec, Topics.Conversions, Topics.CapiDispatch, Topics.CapiDispatchBulk, Topics.EventOutcomes,
            Topics.PendingMatch5S, Topics.PendingMatch60S, Topics.DeadLetters);
        _parts.Add(Tap);
        await Services.GetRequiredService<IHost>().StartAsync();
        await ReadyAsync();
    }

    /// <summary>Puts another matcher, with further settings, in the place of the running one, which stops in order.</summary>
    internal Task ReplaceAsync(params IReadOnlyList<KeyValuePair<string, string?>> settings) => ReplaceAsync(static () => Task.CompletedTask, settings);

    /// <summary>The same, with something done while no matcher runs.</summary>
    internal async Task ReplaceAsync(Func<Task> meanwhile, params IReadOnlyList<KeyValuePair<string, string?>> settings)
    {
        await Services.GetRequiredService<IHost>().StopAsync();
        await _host.DisposeAsync();
        _host = await HostAsync(settings);
        await meanwhile();
        await Services.GetRequiredService<IHost>().StartAsync();
        await ReadyAsync();
    }

    public virtual async Task DisposeAsync()
    {
        await Services.GetRequiredService<IHost>().StopAsync();
        await _host.DisposeAsync();
        foreach (var part in Enumerable.Reverse(_parts))
            await part.DisposeAsync();
        Redis?.Dispose();
    }

    /// <summary>Starts what the windows live in.</summary>
    /// <returns>Its addresses.</returns>
    private protected virtual async Task<string> StartRedisAsync()
    {
        Redis = await RedisServer.StartAsync();
        return Redis.Endpoint;
    }

    /// <summary>Waits until the role is ready; says why not if it does not become so.</summary>
    internal Task ReadyAsync() => Eventually.Holds(() =>
    {
        Troubles().ShouldBe("");
        Keeper.MayMatch(out _).ShouldBeTrue();
        return Task.CompletedTask;
    });

    /// <summary>What keeps the role from working, for a failed assertion's message.</summary>
    internal string Troubles() => string.Join("; ",
    [
        .. Readiness.States.Where(static s => !s.Value.Ready).Select(static s => $"{s.Key}: {s.Value.Reason}"),
        .. Services.GetServices<IHostedService>().OfType<BackgroundService>().Where(static s => s.ExecuteTask is { IsFaulted: true })
            .Select(static s => $"{s.GetType().Name}: {s.ExecuteTask!.Exception}"),
    ]);

    /// <summary>A brand of its own, known to the running matcher.</summary>
    internal async Task<Brand> NewBrandAsync(ConsentBasis? basis = ConsentBasis.Granted)
    {
        var made = await TestBrands.CreateAsync(Services.GetRequiredService<TenantAdmin>(), basis);
        var directory = Services.GetRequiredService<TenantDirectory>();
        await Eventually.Holds(() => directory.Current.ActivePixels(made.BrandId).Count == 1);
        return directory.Current.Brand(made.BrandId)!;
    }

    /// <summary>The brand of an event.</summary>
    internal Brand BrandOf(TrackedEvent tracked) => Services.GetRequiredService<TenantDirectory>().Current.Brand(tracked.BrandId)!;

    /// <summary>Keys and sealed user data of a person.</summary>
    internal SealedPerson Seal(Brand brand, PersonData person) =>
        Services.GetRequiredService<PersonSealer>().Seal(brand, person, Clock.GetUtcNow());

    /// <summary>Appends an event to its topic.</summary>
    internal Task<RecordCoordinates> ProduceAsync(TrackedEvent tracked) => tracked.Sale is { } sale
        ? _host.Producer.ProduceAsync(
            Topics.IngestEvents, $"{tracked.BrandId}/{sale.Gateway}/{sale.SaleId}", tracked, RecordHeaders.ForBrand(tracked.BrandId), CancellationToken.None)
        : _host.Producer.ProduceAsync(
            Topics.TrackEvents, $"{tracked.BrandId}/{tracked.SessionId ?? tracked.EventId}", tracked, RecordHeaders.ForBrand(tracked.BrandId), CancellationToken.None);

    /// <summary>Writes what the ledger keeps of browser events.</summary>
    internal async Task KeepAsync(params IReadOnlyList<TrackedEvent> events)
    {
        await using var batch = Services.GetRequiredService<NpgsqlDataSource>().CreateBatch();
        ClickRows.Clicks.AddTo(batch, [.. events.Where(static e => e.Kind == EventKind.Click).Select(Row)]);
        ClickRows.Identities.AddTo(batch, ClickRows.IdentitiesOf(events));
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync();

        ClickRow Row(TrackedEvent click)
        {
            var tenant = BrandOf(click).TenantId;
            var box = click.UserData is null ? null : Sealer.Seal(tenant, SealPurpose.Window, Sealer.Open(tenant, SealPurpose.UserData, click.UserData), KeyRef.Window);
            return new(new(click, Guid.Parse(click.IngestId), EventIds.TimeOf(click.IngestId), new(Topics.TrackEvents.Name, 0, 0)), box);
        }
    }

    /// <summary>Appends bytes that are no event.</summary>
    internal Task<RecordCoordinates> ProducePoisonAsync(TopicDefinition topic, byte[] value, string key = "poison") => _host.Producer.ForwardAsync(
        topic, new() { Coordinates = new(topic.Name, 0, 0), Timestamp = default, Key = System.Text.Encoding.UTF8.GetBytes(key), Value = value }, new(), CancellationToken.None);

    /// <summary>A brand's conversions of a sale, by revision, when there are that many.</summary>
    internal async Task<IReadOnlyList<Conversion>> ConversionsAsync(Brand brand, string saleId, int count = 1)
    {
        IReadOnlyList<Conversion> found = [];
        await Eventually.Holds(async () =>
        {
            found = [.. (await Tap.ValuesAsync<Conversion>(Topics.Conversions)).Where(c => c.BrandId == brand.Id && c.SaleId == saleId).OrderBy(static c => c.Revision)];
            found.Count.ShouldBeGreaterThanOrEqualTo(count, Troubles());
        });
        found.Count.ShouldBe(count);
        return found;
    }

    /// <summary>Throws until a sale has its conversion.</summary>
    internal async Task ConcludedAsync(TrackedEvent sale) =>
        (await Tap.ValuesAsync<Conversion>(Topics.Conversions)).ShouldContain(c => c.IngestId == sale.IngestId);

    /// <summary>The outcomes the matcher gave an event.</summary>
    internal async Task<EventOutcome> OutcomeAsync(TrackedEvent tracked)
    {
        EventOutcome? outcome = null;
        await Eventually.Holds(async () =>
        {
            outcome = (await Tap.ValuesAsync<EventOutcome>(Topics.EventOutcomes)).FirstOrDefault(o => o.IngestId == tracked.IngestId);
            outcome.ShouldNotBeNull();
        });
        return outcome!;
    }

    /// <summary>
    /// Waits for an assertion while time leaps, so that nobody sits out a delay topic's 65 s. A record nobody minds wakes the consumer, which
    /// sleeps until the time it knew.
    /// </summary>
    internal async Task HoldsWithLeapsAsync(Brand brand, Func<Task> assertions, TimeSpan? limit = null)
    {
        var leapt = 0L;
        await Eventually.Holds(
            async () =>
            {
                // Not at every look: a leap while a batch waits for the windows would use up its patience.
                if (leapt == 0 || Stopwatch.GetElapsedTime(leapt) > TimeSpan.FromMilliseconds(400))
                {
                    Clock.Leap(TimeSpan.FromSeconds(61));
                    await ProduceAsync(new Told(this, brand).Sale(kind: SaleKind.Ignored));
                    leapt = Stopwatch.GetTimestamp();
                }

                await assertions();
            },
            limit ?? TimeSpan.FromSeconds(20));
    }

    /// <summary>What is ready for Meta of an event so far.</summary>
    internal async Task<IReadOnlyList<DispatchReady>> DispatchedAsync(TrackedEvent tracked, TopicDefinition? topic = null) =>
        [.. (await Tap.ValuesAsync<DispatchReady>(topic ?? Topics.CapiDispatch)).Where(d => d.IngestId == tracked.IngestId)];

    private Task<TestHost> HostAsync(params IReadOnlyList<KeyValuePair<string, string?>> settings) => TestHost.CreateAsync(
        new(_broker.BootstrapServers, _broker.RegistryAddress), _database,
        [
            new("Redis:Endpoint", _redis),
            new("Redis:Timeout", "00:00:02"),
            new("Matching:CheckInterval", "00:00:00.100"),
            .. settings,
        ],
        builder =>
        {
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
            builder.AddMatching();
        });
}

[CollectionDefinition(nameof(MatchingWorld))]
public class MatchingWorldCollection : ICollectionFixture<MatchingWorld>;
