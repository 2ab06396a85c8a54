using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.LocalKafka.Hosting;
using TrackHub.Metrics;
using TrackHub.Metrics.Pulling;
using TrackHub.Metrics.Rebuilding;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Metrics;

/// <summary>The metrics role as it ships, over a broker and a database of its own. Its day is in São Paulo, its money the real.</summary>
public sealed class MetricsProcess : IAsyncLifetime
{
    private LocalKafkaHost _broker = null!;
    private string _postgres = "";
    private WebApplication? _app;

    public TestHost Host { get; private set; } = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public string BootstrapServers => _broker.BootstrapServers;

    public TenantAdmin Admin => Host.Services.GetRequiredService<TenantAdmin>();

    public async Task InitializeAsync()
    {
        _broker = await TestMachine.StartBrokerAsync(TestFolder.Next("metrics"));
        _postgres = await TestBrands.CreateDatabaseAsync();
        Database = NpgsqlDataSource.Create(_postgres);
        Host = await TestHost.CreateAsync(new(_broker.BootstrapServers, _broker.RegistryAddress), _postgres, add: static builder => builder.AddMetricsDesk());
        await Host.Services.GetRequiredService<TopicAdmin>().ApplyAsync(CancellationToken.None);
        await StartRoleAsync();
    }

    public async Task DisposeAsync()
    {
        await StopRoleAsync();
        await Host.DisposeAsync();
        await Database.DisposeAsync();
        await _broker.DisposeAsync();
    }

    /// <summary>Further arguments of the role.</summary>
    public IReadOnlyList<string> Further { get; init; } = [];

    /// <summary>Arguments of the role: its servers, its pace and <see cref="Further"/>.</summary>
    public IReadOnlyList<string> Arguments =>
    [
        $"--Kafka:BootstrapServers={_broker.BootstrapServers}", $"--SchemaRegistry:Url={_broker.RegistryAddress}", "--Kafka:SessionTimeout=00:00:06",
        $"--Postgres:ConnectionString={PostgresServer.AsWriter(_postgres)}", $"--Secrets:MasterKey={TestBrands.MasterKey}",
        "--Metrics:MaxLinger=00:00:00.010", "--Metrics:PublishInterval=00:00:00.050", "--Metrics:CheckInterval=00:00:00.100",
        .. Further,
    ];

    public async Task StartRoleAsync()
    {
        var builder = RoleHost.CreateBuilder(new() { Roles = [MetricsRole.Name], AdminPort = 0, Arguments = Arguments });
        builder.AddMetricsRole();
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

    /// <summary>A brand of its own.</summary>
    public async Task<string> BrandAsync() => (await TestBrands.CreateAsync(Admin)).BrandId;

    public Task<MetricsRebuilt> RebuildAsync() => Host.Services.GetRequiredService<MetricsRebuild>().RunAsync(default);

    public Task<RecordCoordinates> TellAsync(Conversion sale) => Host.Producer.ProduceAsync(
        Topics.Conversions, $"{sale.BrandId}/{sale.Gateway}/{sale.SaleId}", sale, new RecordHeaders().Brand(sale.BrandId), default);

    public Task<RecordCoordinates> TellAsync(AdSpend spend) => Host.Producer.ProduceAsync(
        Topics.AdSpend, SpendRecords.KeyOf(spend), spend, new RecordHeaders().Brand(spend.BrandId), default);

    /// <summary>A brand's sums that are not all 0: source, period, start, then spend, revenue, refunded, conversions, clicks, impressions, unconverted and currency.</summary>
    public async Task<IReadOnlyList<string>> FiguresAsync(string brand)
    {
        await using var command = Database.CreateCommand(
            """
            select concat_ws(' ', source, period, to_char(timestamp at time zone 'utc', 'YYYY-MM-DD HH24:MI'), spend_minor, revenue_minor, refunded_minor, conversions, clicks, impressions,
                unconverted, currency)
            from performance_metrics where brand_id = $1 and (spend_minor, revenue_minor, refunded_minor, conversions, clicks, impressions, unconverted) <> (0, 0, 0, 0, 0, 0, 0)
            order by source, period, timestamp
            """);
        command.Parameters.Add(new() { Value = brand });
        await using var reader = await command.ExecuteReaderAsync();
        var figures = new List<string>();
        while (await reader.ReadAsync()) figures.Add(reader.GetString(0));
        return figures;
    }

    public async Task<T?> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }
}
