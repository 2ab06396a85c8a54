using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Testing;

/// <summary>A host over the test machine's servers: what <c>AddStreams</c> and the tenants' registrations give, without running anything.</summary>
public sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private TestHost(IHost host) => _host = host;

    /// <summary>The registered services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Consumers.</summary>
    public RecordConsumerFactory Consumers => Services.GetRequiredService<RecordConsumerFactory>();

    /// <summary>The producer.</summary>
    public RecordProducer Producer => Services.GetRequiredService<RecordProducer>();

    /// <summary>The codec.</summary>
    public RecordCodec Codec => Services.GetRequiredService<RecordCodec>();

    /// <summary>Makes a host.</summary>
    /// <param name="kafka">The log; the shared one if null.</param>
    /// <param name="postgres">Connection string of a database's owner; null where none is needed. Roles connect as the writer all the same.</param>
    /// <param name="settings">Further configuration.</param>
    /// <param name="add">Registers more, or replaces services.</param>
    public static async Task<TestHost> CreateAsync(
        TestKafka? kafka = null, string? postgres = null, IEnumerable<KeyValuePair<string, string?>>? settings = null, Action<HostApplicationBuilder>? add = null)
    {
        kafka ??= await TestMachine.KafkaAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(
        [
            new("Kafka:BootstrapServers", kafka.BootstrapServers),
            new("Kafka:SessionTimeout", "00:00:06"),
            new("SchemaRegistry:Url", kafka.Registry.ToString()),
            new("Postgres:ConnectionString", postgres is null ? "Host=127.0.0.1;Port=1" : PostgresServer.AsWriter(postgres)),
            new("Postgres:OwnerConnectionString", postgres),
            new("Secrets:MasterKey", TestBrands.MasterKey),
            .. settings ?? [],
        ]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddStreams();
        builder.AddTenantDirectory();
        builder.AddTenantAdmin();
        add?.Invoke(builder);
        return new(builder.Build());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
            await host.DisposeAsync();
    }
}
