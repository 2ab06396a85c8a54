using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Hosting;

namespace TrackHub.Platform.Streams;

/// <summary>Makes consumers with TrackHub's settings. Singleton.</summary>
public sealed class RecordConsumerFactory(
    IOptions<KafkaOptions> kafka, RoleHealth health, StreamMetrics metrics, TimeProvider clock, ILoggerFactory loggers)
{
    /// <summary>A consumer that joins its group when its batches are first asked for. The caller disposes it.</summary>
    public RecordConsumer Create(RecordConsumerOptions options) =>
        new(kafka.Value, options, health, metrics, clock, loggers.CreateLogger<RecordConsumer>());
}
