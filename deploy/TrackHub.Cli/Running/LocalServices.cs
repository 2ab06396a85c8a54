using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrackHub.Cli.Supervising;
using TrackHub.LocalKafka.Hosting;
using TrackHub.MetaSim;

namespace TrackHub.Cli.Running;

/// <summary>The two services of a machine that know nothing of TrackHub: broker and simulator.</summary>
internal static class LocalServices
{
    // As long as records are: a role that stood still for so long finds its place, where Kafka's own seven days would have it start anew.
    private static readonly TimeSpan OffsetsKept = TimeSpan.FromDays(9);

    /// <summary>Adds the broker with its schema registry; section <c>LocalKafka</c> says what the machine does not.</summary>
    public static void AddBroker(this WebApplicationBuilder builder, MachineData data, SystemConfiguration configuration)
    {
        var address = configuration.Broker;

        // Side by side, so that the admin port tells of a long recovery; the watch first, for what nobody has reported counts as ready.
        builder.Services.Configure<HostOptions>(static options => options.ServicesStartConcurrently = true);
        builder.Services.AddHostedService<BrokerWatch>();
        builder.Services.AddLocalKafka(options =>
        {
            (options.Port, options.RegistryPort) = (address.Kafka, address.Registry);
            if (options.Network is { } network) (network.Port, network.RegistryPort) = (address.NetworkKafka, address.NetworkRegistry);
            if (configuration.Given("LocalKafka:OffsetsRetention") is null) options.OffsetsRetention = OffsetsKept;
            if (options.DataDirectory.Length == 0) options.DataDirectory = data.Directory("kafka");
        });
    }

    /// <summary>Adds the stand-in for Meta.</summary>
    public static void AddSimulator(this WebApplicationBuilder builder, MachineData data, Ports ports) => builder.Services.AddHostedService(services =>
        new Simulator(new MetaSimOptions { DataDirectory = data.Directory("simulator"), Port = ports.Simulator, LoggerFactory = services.GetRequiredService<ILoggerFactory>() }));

    private sealed class Simulator(MetaSimOptions options) : IHostedService
    {
        private MetaSimHost? _host;

        public async Task StartAsync(CancellationToken cancellationToken) => _host = await MetaSimHost.StartAsync(options, cancellationToken);

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            if (_host is not null) await _host.DisposeAsync();
        }
    }
}
