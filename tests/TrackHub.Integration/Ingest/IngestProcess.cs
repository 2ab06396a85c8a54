using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Ingest;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Ingest;

/// <summary>The role as it ships, over a real log, registry and database, with a brand of its own.</summary>
internal sealed class IngestProcess : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TestKafka _kafka;

    private IngestProcess(WebApplication app, TestKafka kafka, TestHost host, IReadOnlyDictionary<string, TestBrand> brands)
    {
        (_app, _kafka, Host, Brands) = (app, kafka, host, brands);
        Client = new() { BaseAddress = PublicAddress(app) };
    }

    public TestHost Host { get; }

    public HttpClient Client { get; }

    /// <summary>What the role consists of.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>A brand per gateway.</summary>
    public IReadOnlyDictionary<string, TestBrand> Brands { get; }

    public static Task<IngestProcess> StartAsync(TestKafka? kafka = null, params string[] gateways) => StartWithAsync(kafka, settings: [], gateways);

    /// <summary>As above, with a spool.</summary>
    public static Task<IngestProcess> StartSpoolingAsync(TestKafka kafka, string folder, params string[] gateways) =>
        StartWithAsync(kafka, [$"--Ingest:SpoolDirectory={folder}"], gateways);

    /// <summary>As above, with settings of its own as on the command line.</summary>
    public static async Task<IngestProcess> StartWithAsync(TestKafka? kafka, string[] settings, params string[] gateways)
    {
        kafka ??= await TestMachine.KafkaAsync();
        var postgres = await TestBrands.CreateDatabaseAsync();
        var host = await TestHost.CreateAsync(kafka, postgres);
        await host.Services.GetRequiredService<TopicAdmin>().ApplyAsync(CancellationToken.None);
        var brands = new Dictionary<string, TestBrand>();
        foreach (var gateway in gateways)
            brands[gateway] = await TestBrands.CreateAsync(host.Services.GetRequiredService<TenantAdmin>(), gateway: gateway);

        var builder = RoleHost.CreateBuilder(new()
        {
            Roles = [IngestRole.Name],
            AdminPort = 0,
            Arguments =
            [
                "--Ingest:Port=0", $"--Kafka:BootstrapServers={kafka.BootstrapServers}", $"--SchemaRegistry:Url={kafka.Registry}",
                $"--Postgres:ConnectionString={PostgresServer.AsWriter(postgres)}", $"--Secrets:MasterKey={TestBrands.MasterKey}",
                // What is measured here is the contract, not this machine: 150 ms belong to the load test.
                "--Ingest:AckTimeout=00:00:02",
                .. settings,
            ],
        });
        builder.AddIngest();
        var app = builder.Build();
        app.MapIngest();
        await app.StartAsync();
        var process = new IngestProcess(app, kafka, host, brands);
        await Eventually.Holds(async () => (await process.Client.GetAsync("/ready")).IsSuccessStatusCode, TimeSpan.FromSeconds(30));
        return process;
    }

    /// <summary>What the admin port shows of the metrics.</summary>
    public Task<string> MetricsAsync() => Client.GetStringAsync(new Uri(RoleHost.AdminAddress(_app), "/metrics"));

    /// <summary>Posts bytes and gives status and answer.</summary>
    public async Task<(int Status, JsonElement Answer)> PostAsync(string address, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement);
    }

    /// <summary>Reads the record that a receipt points at.</summary>
    public async Task<(string Key, T Record, IReadOnlyDictionary<string, string> Headers)> ReadBackAsync<T>(JsonElement receipt)
        where T : IAvroRecord<T>
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = _kafka.BootstrapServers,
            GroupId = $"receipts-{Guid.NewGuid():N}",
            EnableAutoCommit = false,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(
            receipt.GetProperty("topic").GetString(), receipt.GetProperty("partition").GetInt32(), receipt.GetProperty("offset").GetInt64()));
        return await DecodeAsync<T>(consumer.Consume(TimeSpan.FromSeconds(20)).ShouldNotBeNull());
    }

    /// <summary>Reads the first record of a topic, wherever it lies.</summary>
    public async Task<(string Key, T Record, IReadOnlyDictionary<string, string> Headers)> ReadFirstAsync<T>(TopicDefinition topic)
        where T : IAvroRecord<T>
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = _kafka.BootstrapServers,
            GroupId = $"receipts-{Guid.NewGuid():N}",
            EnableAutoCommit = false,
        }).Build();
        consumer.Assign(Enumerable.Range(0, topic.Partitions).Select(partition => new TopicPartitionOffset(topic.Name, partition, Offset.Beginning)));
        return await DecodeAsync<T>(consumer.Consume(TimeSpan.FromSeconds(30)).ShouldNotBeNull());
    }

    /// <summary>Reads the topic of sales until each of these was seen.</summary>
    /// <param name="eventIds">Event ids.</param>
    /// <param name="patience">Longest wait for the next record.</param>
    public async Task AreStoredAsync(IEnumerable<string> eventIds, TimeSpan patience)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = _kafka.BootstrapServers,
            GroupId = $"sales-{Guid.NewGuid():N}",
            EnableAutoCommit = false,
        }).Build();
        consumer.Assign(Enumerable.Range(0, Topics.IngestEvents.Partitions).Select(static partition => new TopicPartitionOffset(Topics.IngestEvents.Name, partition, Offset.Beginning)));
        var left = eventIds.ToHashSet();
        while (left.Count > 0)
            left.Remove((await DecodeAsync<TrackedEvent>(consumer.Consume(patience).ShouldNotBeNull($"{left.Count} sales are not in the log"))).Record.EventId);
    }

    /// <summary>Decodes what a consumer read.</summary>
    public async Task<(string Key, T Record, IReadOnlyDictionary<string, string> Headers)> DecodeAsync<T>(ConsumeResult<byte[], byte[]> read)
        where T : IAvroRecord<T>
    {
        WireFormat.TryReadHeader(read.Message.Value, out var schemaId).ShouldBeTrue();
        await Host.Services.GetRequiredService<SchemaIds>().LearnAsync(schemaId, CancellationToken.None);
        return (
            Encoding.UTF8.GetString(read.Message.Key),
            Host.Codec.Decode<T>(read.Message.Value),
            read.Message.Headers.ToDictionary(static header => header.Key, static header => Encoding.UTF8.GetString(header.GetValueBytes())));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Host.DisposeAsync();
    }

    // The admin port is listed first.
    private static Uri PublicAddress(WebApplication app) => new(app.Urls.Single(url => new Uri(url) != RoleHost.AdminAddress(app)));
}
