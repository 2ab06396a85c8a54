using System.Net;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Hosting;

namespace TrackHub.LocalKafka.Access;

/// <summary>What broker and schema registry share towards other machines: address, users, certificate, and how both refuse.</summary>
internal sealed partial class NetworkAccess
{
    /// <summary>Kafka's connection.failed.authentication.delay.ms: guessing takes its time.</summary>
    private static readonly TimeSpan RefusalDelay = TimeSpan.FromMilliseconds(100);

    private readonly BrokerMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <summary>Reads what validated options name.</summary>
    public NetworkAccess(NetworkOptions options, BrokerMetrics metrics, TimeProvider clock, ILoggerFactory loggers)
    {
        Options = options;
        Users = new PasswordFiles(options.Users, clock, loggers.CreateLogger<PasswordFiles>());
        if (options.CertificatePath is { Length: > 0 } path)
            Certificate = new ServerCertificate(path, options.KeyPath, clock, loggers.CreateLogger<ServerCertificate>());
        (_metrics, _clock, _logger) = (metrics, clock, loggers.CreateLogger<NetworkAccess>());
    }

    public NetworkOptions Options { get; }

    public PasswordFiles Users { get; }

    /// <summary>Null where plaintext was asked for.</summary>
    public ServerCertificate? Certificate { get; }

    public IPAddress Address => IPAddress.Parse(Options.Host);

    /// <summary>The name that other machines use.</summary>
    public string AdvertisedHost => Options.AdvertisedHost is { Length: > 0 } name ? name : Options.Host;

    /// <summary>Counts and reports who did not prove to be a user, and has the answer wait.</summary>
    public Task RefuseAsync(string peer, CancellationToken stoppingToken)
    {
        _metrics.Authenticated("refused");
        Log.Refused(_logger, peer);
        return Task.Delay(RefusalDelay, _clock, stoppingToken);
    }

    /// <summary>Says what is open to the network, loudly where it is not encrypted.</summary>
    public void Tell(string bootstrapServers, Uri registry)
    {
        if (Certificate is { } certificate)
            Log.Secured(_logger, bootstrapServers, registry, Options.Users.Count, certificate.Expires);
        else
            Log.InClear(_logger, bootstrapServers, registry, Options.Users.Count);
    }

    private static partial class Log
    {
        // Neither name nor password: a password typed in place of a name would stand here.
        [LoggerMessage(43, LogLevel.Warning, "Refusing {Peer}: unknown user, wrong password or another mechanism than PLAIN")]
        public static partial void Refused(ILogger logger, string peer);

        [LoggerMessage(44, LogLevel.Information, "For other machines: broker on {BootstrapServers}, schema registry on {Registry}, {Users} user(s), certificate until {Expires}")]
        public static partial void Secured(ILogger logger, string bootstrapServers, Uri registry, int users, DateTimeOffset expires);

        [LoggerMessage(45, LogLevel.Warning,
            "For other machines: broker on {BootstrapServers}, schema registry on {Registry}, {Users} user(s). WITHOUT TLS: passwords and records cross the network in clear")]
        public static partial void InClear(ILogger logger, string bootstrapServers, Uri registry, int users);
    }
}
