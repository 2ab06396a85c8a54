using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TrackHub.Platform.Streams;

/// <summary>Reads what groups have committed. Singleton, thread-safe.</summary>
public sealed class GroupOffsets(IOptions<KafkaOptions> kafka, ILogger<GroupOffsets> logger) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private readonly Lazy<IAdminClient> _admin = new(() => new AdminClientBuilder(ClientSettings.Admin(kafka.Value))
        .SetLogHandler((_, message) => ClientLog.Write(logger, message))
        .Build());

    /// <summary>The next offset a group reads of each partition; partitions it never committed are missing.</summary>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> CommittedAsync(string group, CancellationToken cancellationToken)
    {
        try
        {
            // Null asks for everything the group ever committed.
            var answers = await _admin.Value.ListConsumerGroupOffsetsAsync([new(group, null)], new() { RequestTimeout = Limit, RequireStableOffsets = true })
                .WaitAsync(cancellationToken);
            return answers.SelectMany(static answer => answer.Partitions)
                .Where(static partition => !partition.Error.IsError && partition.Offset.Value >= 0)
                .ToDictionary(static partition => (partition.Topic, partition.Partition.Value), static partition => partition.Offset.Value);
        }
        catch (KafkaException failure) when (Dependencies.IsAway(failure))
        {
            throw new DependencyAwayException("kafka", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_admin.IsValueCreated)
            _admin.Value.Dispose();
    }
}
