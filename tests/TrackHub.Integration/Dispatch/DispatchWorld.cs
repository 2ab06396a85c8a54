using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TrackHub.Dispatch;
using TrackHub.MetaSim;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Dispatch;

/// <summary>A log, a database and a simulator of its own, a dispatcher between them that tests stop and start, and readers of all it writes.</summary>
public class DispatchWorld : IAsyncLifetime
{
    private static readonly TopicDefinition[] Watched =
        [Topics.EventOutcomes, Topics.DispatchAttempts, Topics.DeadLetters, Topics.Parked, Topics.CapiRetries[0], Topics.CapiHold15S, Topics.CapiHold5M];

    private readonly ConcurrentQueue<StreamRecord> _seen = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly HttpClient _http = new();
    private LocalKafka.Hosting.LocalKafkaHost _broker = null!;
    private MetaSimHost _sim = null!;
    private IHost _desk = null!;
    private IHost? _dispatcher;
    private Task _watching = Task.CompletedTask;
    private string _connectionString = "";

    public IServiceProvider Services => _desk.Services;

    /// <summary>What every host of this world has logged.</summary>
    internal KeptLines Log { get; } = new();

    /// <summary>The database, as its owner.</summary>
    internal string OwnerConnectionString => _connectionString;

    internal RecordProducer Producer => Services.GetRequiredService<RecordProducer>();

    internal IServiceProvider Dispatcher => _dispatcher!.Services;

    internal Readiness DispatcherReadiness => _dispatcher!.Services.GetRequiredService<Readiness>();

    internal NpgsqlDataSource Postgres => Services.GetRequiredKeyedService<NpgsqlDataSource>(TenantsRegistration.Owner);

    public async Task InitializeAsync()
    {
        _broker = await TestMachine.StartBrokerAsync(TestFolder.Next("dispatch-kafka"), clock: Clock);
        _sim = await MetaSimHost.StartAsync(new() { DataDirectory = TestFolder.Next("dispatch-sim") });
        _connectionString = await (await PostgresServerAsync()).CreateDatabaseAsync();
        _desk = NewHost(static builder => builder.AddTenantAdmin());
        await Services.GetRequiredService<Migrator>().ApplyAsync(default);
        await Services.GetRequiredService<TopicAdmin>().ApplyAsync(default);
        await _desk.StartAsync();
        _watching = WatchAsync();
        await StartDispatcherAsync();
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        await StopDispatcherAsync();
        await _ended.CancelAsync();
        await _watching;
        await _desk.StopAsync();
        _desk.Dispose();
        await _sim.DisposeAsync();
        await _broker.DisposeAsync();
        _http.Dispose();
        _ended.Dispose();
    }

    /// <summary>Starts the dispatcher; it goes on from the group's offsets.</summary>
    public async Task StartDispatcherAsync()
    {
        _dispatcher = NewHost(static builder => builder.AddDispatch());
        await _dispatcher.StartAsync();
    }

    /// <summary>Stops the dispatcher in order.</summary>
    public async Task StopDispatcherAsync()
    {
        if (_dispatcher is null)
            return;
        await _dispatcher.StopAsync();
        _dispatcher.Dispose();
        _dispatcher = null;
    }

    /// <summary>Addresses of this world's servers and its settings.</summary>
    internal Dictionary<string, string?> Configuration
    {
        get
        {
            var configuration = new Dictionary<string, string?>
            {
                ["Kafka:BootstrapServers"] = _broker.BootstrapServers,
                ["Kafka:SessionTimeout"] = "00:00:06",
                ["SchemaRegistry:Url"] = _broker.RegistryAddress.ToString(),
                ["Postgres:ConnectionString"] = PostgresServer.AsWriter(_connectionString),
                ["Postgres:OwnerConnectionString"] = _connectionString,
                ["Secrets:MasterKey"] = TestBrands.MasterKey,
                ["Meta:BaseUrl"] = _sim.BaseAddress.ToString(),
            };
            foreach (var (key, value) in Settings)
                configuration[key] = value;
            return configuration;
        }
    }

    /// <summary>A host over this world's servers that is not started.</summary>
    internal IHost NewHost(Action<HostApplicationBuilder> add, string? connectionString = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(Configuration);
        if (connectionString is not null)
        {
            builder.Configuration["Postgres:ConnectionString"] = PostgresServer.AsWriter(connectionString);
            builder.Configuration["Postgres:OwnerConnectionString"] = connectionString;
        }

        // As roles log: of the framework and of Npgsql only what is amiss.
        builder.Logging.AddProvider(Log).SetMinimumLevel(LogLevel.Trace).AddFilter("Npgsql", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton(Clock);
        builder.AddStreams();
        builder.AddTenantDirectory();
        add(builder);
        return builder.Build();
    }

    /// <summary>A brand whose pixel both this desk and the dispatcher know.</summary>
    internal async Task<TestBrand> NewBrandAsync(ConsentBasis? basis = ConsentBasis.Granted)
    {
        var brand = await TestBrands.CreateAsync(Services.GetRequiredService<TenantAdmin>(), basis);
        await KnownAsync(snapshot => snapshot.Pixel(brand.PixelId) is not null);
        return brand;
    }

    /// <summary>Waits until desk and dispatcher know a change of the directory.</summary>
    internal async Task KnownAsync(Func<DirectorySnapshot, bool> change)
    {
        foreach (var services in new[] { _desk, _dispatcher }.OfType<IHost>().Select(static host => host.Services))
            await Eventually.Holds(() => change(services.GetRequiredService<TenantDirectory>().Current));
    }

    /// <summary>A Purchase of a brand with user data that can match.</summary>
    internal DispatchReady Purchase(TestBrand brand)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());   // as a record keeps it
        var userData = new UserData { Em = [Normalizer.Sha256Hex("ana@example.com")], ClientIpAddress = "203.0.113.9", ClientUserAgent = "Mozilla/5.0" };
        return new()
        {
            IngestId = EventIds.NewIngestId(TimeProvider.System),
            BrandId = brand.BrandId,
            PixelId = brand.PixelId,
            EventName = "Purchase",
            EventId = RandomNumberGenerator.GetHexString(64, lowercase: true),
            EventTime = now.AddMinutes(-1),
            ReceivedAt = now,
            EventSourceUrl = "https://loja.example.com/obrigado",
            Gateway = "kiwify",
            SaleId = "sale-1",
            Revision = 1,
            ValueMinor = 19700,
            Currency = "BRL",
            UserData = Services.GetRequiredService<Sealer>().SealUserData(brand.TenantId, userData, now),
        };
    }

    internal Task<RecordCoordinates> SendAsync(DispatchReady ready, RecordHeaders? headers = null) => Producer.ProduceAsync(
        Topics.CapiDispatch, KeyOf(ready), ready, headers ?? RecordHeaders.ForBrand(ready.BrandId), default);

    internal Task SendAllAsync(IEnumerable<DispatchReady> events) => Producer.ProduceAllAsync(
        [.. events.Select(ready => OutgoingRecord.Create(Topics.CapiDispatch, KeyOf(ready), ready, RecordHeaders.ForBrand(ready.BrandId)))], default);

    /// <summary>Every record of a topic written so far.</summary>
    internal IReadOnlyList<(StreamRecord Record, T Value)> Seen<T>(TopicDefinition topic)
        where T : IAvroRecord<T> =>
        [.. _seen.Where(record => record.Coordinates.Topic == topic.Name).Select(record => (record, Services.GetRequiredService<RecordCodec>().Decode<T>(record.Value!)))];

    internal IReadOnlyList<EventOutcome> Outcomes(DispatchReady ready) =>
        [.. Seen<EventOutcome>(Topics.EventOutcomes).Select(static seen => seen.Value).Where(outcome => outcome.IngestId == ready.IngestId)];

    internal IReadOnlyList<DispatchAttempt> Attempts(DispatchReady ready) =>
        [.. Seen<DispatchAttempt>(Topics.DispatchAttempts).Select(static seen => seen.Value).Where(attempt => attempt.EventId == ready.EventId).OrderBy(static attempt => attempt.Fence)];

    internal IReadOnlyList<(StreamRecord Record, DispatchReady Value)> Copies(TopicDefinition topic, DispatchReady ready) =>
        [.. Seen<DispatchReady>(topic).Where(seen => seen.Value.EventId == ready.EventId)];

    /// <summary>The event's one outcome, once it is there.</summary>
    internal async Task<EventOutcome> OutcomeAsync(DispatchReady ready, TimeSpan? timeout = null)
    {
        await Eventually.Holds(() => Outcomes(ready).Count > 0, timeout ?? TimeSpan.FromSeconds(30));
        return Outcomes(ready).ShouldHaveSingleItem();
    }

    /// <summary>How often the simulator took an event: every arrival, and as Meta counts.</summary>
    internal async Task<(int Raw, int Deduplicated)> ArrivedAsync(DispatchReady ready)
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>(new Uri(_sim.BaseAddress, $"/_sim/events?event_id={ready.EventId}"));
        return (answer.GetProperty("raw").GetInt32(), answer.GetProperty("deduplicated").GetInt32());
    }

    /// <summary>An event as its first arrival held it.</summary>
    internal async Task<JsonElement> OnTheWireAsync(DispatchReady ready)
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>(new Uri(_sim.BaseAddress, $"/_sim/events?event_id={ready.EventId}"));
        return answer.GetProperty("events")[0];
    }

    /// <summary>Calls that held an event, refused ones too.</summary>
    internal async Task<int> CallsAsync(DispatchReady ready)
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>(new Uri(_sim.BaseAddress, $"/_sim/calls?event_id={ready.EventId}"));
        return answer.GetProperty("calls").GetArrayLength();
    }

    /// <summary>Calls to a pixel's dataset, in order: when, how many events, and what the simulator answered.</summary>
    internal async Task<IReadOnlyList<(DateTimeOffset At, int Events, string Outcome)>> CallsToAsync(string datasetId)
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>(new Uri(_sim.BaseAddress, $"/_sim/calls?dataset={datasetId}&limit=1000"));
        return
        [
            .. answer.GetProperty("calls").EnumerateArray()
                .Select(static call => (call.GetProperty("received_at").GetDateTimeOffset(), call.GetProperty("event_ids").GetArrayLength(), call.GetProperty("outcome").GetString()!))
                .OrderBy(static call => call.Item1),
        ];
    }

    /// <summary>Ids of the events in each call to a dataset.</summary>
    internal async Task<IReadOnlyList<IReadOnlyList<string>>> CalledEventsAsync(string datasetId)
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>(new Uri(_sim.BaseAddress, $"/_sim/calls?dataset={datasetId}&limit=1000"));
        return [.. answer.GetProperty("calls").EnumerateArray().Select(static call => (IReadOnlyList<string>)[.. call.GetProperty("event_ids").EnumerateArray().Select(static id => id.GetString()!)])];
    }

    /// <summary>Puts a behaviour of the simulator in force for one dataset or event.</summary>
    internal async Task BehaveAsync(object behaviour)
    {
        using var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(behaviour));
        using var answer = await _http.PostAsync(new Uri(_sim.BaseAddress, "/_sim/behaviour"), body);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Gives a brand's dataset its usual answers again: the newest behaviour that fits applies.</summary>
    internal Task StopBehaviourAsync(TestBrand brand) => BehaveAsync(new { match = new { dataset = brand.DatasetId }, latency_ms = 1 });

    /// <summary>Time of broker and dispatcher.</summary>
    internal DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>One value of one registry row.</summary>
    internal async Task<T?> RegistryAsync<T>(DispatchReady ready, string column)
    {
        await using var command = Postgres.CreateCommand($"select {column} from dedupe_registry where event_id = $1 and pixel_id = $2");
        command.Parameters.Add(new() { Value = ready.EventId });
        command.Parameters.Add(new() { Value = ready.PixelId });
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>One value of a brand's one lane.</summary>
    internal async Task<T?> LaneAsync<T>(TestBrand brand, string column)
    {
        await using var command = Postgres.CreateCommand($"select {column} from dispatch_lanes where pixel_id = $1");
        command.Parameters.Add(new() { Value = brand.PixelId });
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    internal async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Postgres.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Time of broker and dispatcher; the database and the simulator keep their own.</summary>
    protected virtual TimeProvider Clock => TimeProvider.System;

    /// <summary>Settings of every host, besides addresses.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string?>> Settings => [];

    /// <summary>The server the database is taken from.</summary>
    protected virtual Task<PostgresServer> PostgresServerAsync() => TestMachine.PostgresAsync();

    private static string KeyOf(DispatchReady ready) => $"{ready.BrandId}/{ready.PixelId}/0";

    private async Task WatchAsync()
    {
        // The delay topics are read as plain ones, to see what lands there at once.
        await using var consumer = Services.GetRequiredService<RecordConsumerFactory>().Create(new()
        {
            Group = "watcher",
            Topics = [.. Watched.Select(static topic => topic with { Delay = null })],
        });
        await foreach (var batch in consumer.BatchesAsync(500, TimeSpan.FromMilliseconds(5), _ended.Token))
        {
            await Services.GetRequiredService<RecordCodec>().PrepareAsync(batch, default);
            foreach (var record in batch)
                _seen.Enqueue(record);
            consumer.Store(batch);
        }
    }
}
