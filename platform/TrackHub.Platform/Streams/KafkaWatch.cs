using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Hosting;

namespace TrackHub.Platform.Streams;

/// <summary>Asks the cluster who it is every few seconds and tells readiness: the clients reconnect silently, so nobody else would say so.</summary>
internal sealed partial class KafkaWatch(IOptions<KafkaOptions> kafka, Readiness readiness, TimeProvider clock, ILogger<KafkaWatch> logger) : BackgroundService
{
    private const string Dependency = "kafka";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private static readonly DescribeClusterOptions Limit = new() { RequestTimeout = TimeSpan.FromSeconds(2) };

    /// <summary>Reports before the host goes on to open its ports: what nobody has reported counts as ready.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Report(Dependency, ready: false, "not asked yet");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var admin = new AdminClientBuilder(ClientSettings.Admin(kafka.Value))
            .SetErrorHandler(static (_, _) => { })   // the question below tells
            .SetLogHandler(static (_, _) => { })
            .Build();
        using var timer = new PeriodicTimer(Interval, clock);
        var answered = true;   // a start at which all is well is not worth a line
        try
        {
            do
            {
                var reason = await AskAsync(admin);
                readiness.Report(Dependency, reason is null, reason);
                if (answered != (reason is null))
                    Log.Changed(logger, reason ?? "answers again");
                answered = reason is null;
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The role stops.
        }
    }

    private static async Task<string?> AskAsync(IAdminClient admin)
    {
        try
        {
            await admin.DescribeClusterAsync(Limit);
            return null;
        }
        catch (KafkaException failure)
        {
            return $"the brokers do not answer: {failure.Error.Code}";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2021, LogLevel.Warning, "Kafka: {State}")]
        public static partial void Changed(ILogger logger, string state);
    }
}
