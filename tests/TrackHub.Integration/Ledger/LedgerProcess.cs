using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Ledger;
using TrackHub.LocalKafka.Hosting;
using TrackHub.Platform.Books;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Ledger;

/// <summary>The ledger as it ships, over a broker and a database of its own.</summary>
internal sealed class LedgerProcess : IAsyncDisposable
{
    private readonly LocalKafkaHost _broker;
    private readonly TestKafka _kafka;
    private readonly string _postgres;
    private WebApplication? _app;
    private IReadOnlyList<string> _settings = [];

    private LedgerProcess(LocalKafkaHost broker, string postgres, TestHost host, TestBrand brand)
    {
        (_broker, _postgres, Host, Brand) = (broker, postgres, host, brand);
        _kafka = new(broker.BootstrapServers, broker.RegistryAddress);
        Database = NpgsqlDataSource.Create(postgres);
    }

    public string BootstrapServers => _kafka.BootstrapServers;

    public TestHost Host { get; }

    public TestBrand Brand { get; }

    public NpgsqlDataSource Database { get; }

    /// <summary>The running role's.</summary>
    public IServiceProvider Services => _app!.Services;

    /// <summary>The running role's own, which knows the day's key as soon as its directory is loaded.</summary>
    public Sealer Sealer => Services.GetRequiredService<Sealer>();

    /// <param name="settings">Further settings of the role, as on the command line.</param>
    public static async Task<LedgerProcess> StartAsync(params string[] settings)
    {
        var broker = await TestMachine.StartBrokerAsync(TestFolder.Next("ledger"));
        var postgres = await TestBrands.CreateDatabaseAsync();
        var host = await TestHost.CreateAsync(new(broker.BootstrapServers, broker.RegistryAddress), postgres, add: static builder =>
        {
            builder.AddBookAudit();
            builder.AddLedgerDesk();
        });
        await host.Services.GetRequiredService<TopicAdmin>().ApplyAsync(CancellationToken.None);
        var brand = await TestBrands.CreateAsync(host.Services.GetRequiredService<TenantAdmin>());
        var process = new LedgerProcess(broker, postgres, host, brand) { _settings = settings };
        await process.StartRoleAsync();
        return process;
    }

    public async Task StartRoleAsync()
    {
        var builder = RoleHost.CreateBuilder(new()
        {
            Roles = [LedgerRole.Name],
            AdminPort = 0,
            Arguments =
            [
                $"--Kafka:BootstrapServers={_kafka.BootstrapServers}", $"--SchemaRegistry:Url={_kafka.Registry}", "--Kafka:SessionTimeout=00:00:06",
                $"--Postgres:ConnectionString={PostgresServer.AsWriter(_postgres)}", $"--Secrets:MasterKey={TestBrands.MasterKey}",
                .. _settings,
            ],
        });
        builder.AddLedger();
        _app = builder.Build();
        await _app.StartAsync();
    }

    public async Task StopRoleAsync()
    {
        if (_app is null) return;
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    public Task<RecordCoordinates> ProduceAsync<T>(TopicDefinition topic, T record)
        where T : IAvroRecord<T> =>
        Host.Producer.ProduceAsync(topic, "key", record, new RecordHeaders().Brand(Brand.BrandId), CancellationToken.None);

    public async Task<T?> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public TrackedEvent Event(EventKind kind, string? session = null, byte[]? email = null) => new()
    {
        IngestId = EventIds.NewIngestId(TimeProvider.System),
        BrandId = Brand.BrandId,
        Kind = kind,
        EventId = EventIds.NewBrowserId(),
        EventTime = Now,
        ReceivedAt = Now,
        SessionId = session,
        Keys = new MatchKeys { Email = email },
        Traits = new Traits { UtmSource = "FB" },
    };

    // Avro carries milliseconds.
    public static DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    public async ValueTask DisposeAsync()
    {
        await StopRoleAsync();
        await Host.DisposeAsync();
        await Database.DisposeAsync();
        await _broker.DisposeAsync();
    }
}
