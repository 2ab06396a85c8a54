using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TrackHub.LocalKafka.Hosting;

/// <summary>Registers the broker with a host.</summary>
public static class LocalKafkaRegistration
{
    /// <summary>Starts and stops the broker with the host; options come from section <c>LocalKafka</c>, then <paramref name="configure"/>.</summary>
    public static IServiceCollection AddLocalKafka(this IServiceCollection services, Action<LocalKafkaOptions>? configure = null)
    {
        services.AddOptionsWithValidateOnStart<LocalKafkaOptions, LocalKafkaOptionsValidator>()
            .BindConfiguration("LocalKafka")
            .Configure(options => configure?.Invoke(options));
        services.AddSingleton<LocalKafkaService>();
        services.AddHostedService(static provider => provider.GetRequiredService<LocalKafkaService>());
        return services;
    }
}

/// <summary>Runs the broker for the life of its host.</summary>
public sealed class LocalKafkaService(IOptions<LocalKafkaOptions> options, ILoggerFactory loggers) : IHostedService
{
    private bool _isStopping;

    /// <summary>The running broker, null before it has started and after it stopped.</summary>
    public LocalKafkaHost? Broker { get; private set; }

    /// <summary>Parts of the broker, each with why it does not serve, or null where it does. For readiness; cheap enough to be asked every second.</summary>
    public IReadOnlyDictionary<string, string?> Parts => Broker?.Parts ?? LocalKafkaHost.NotServing(_isStopping ? "stopping" : "recovering the log");

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken) =>
        // Not on the caller's thread: a long recovery must not keep the host's other services from starting.
        Broker = await Task.Run(() => LocalKafkaHost.StartAsync(options.Value, loggers, clock: null, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Broker is not { } broker)
            return;

        (Broker, _isStopping) = (null, true);
        await broker.DisposeAsync();
    }
}
