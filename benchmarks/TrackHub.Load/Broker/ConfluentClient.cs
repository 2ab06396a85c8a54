using Confluent.Kafka;

namespace TrackHub.Load.Broker;

/// <summary>The same load as <see cref="PerformanceTool"/>'s by Confluent.Kafka, as TrackHub itself calls the log: librdkafka and an object a record.</summary>
internal sealed class ConfluentClient(TimeProvider clock)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Produces records to all partitions, acks=all, uncompressed.</summary>
    /// <returns>Records a second that were acknowledged.</returns>
    public double Produce(string bootstrap, string topic, long records, CancellationToken cancellationToken)
    {
        var config = new ProducerConfig
        {
            BootstrapServers = bootstrap,
            Acks = Acks.All,
            LingerMs = PerformanceTool.LingerMs,
            DeliveryReportFields = "status",
        };
        using var producer = new ProducerBuilder<Null, byte[]>(config).SetLogHandler(static (_, _) => { }).Build();
        var message = new Message<Null, byte[]> { Value = new byte[PerformanceTool.RecordBytes] };
        var (acknowledged, failed) = (0L, 0L);
        var started = clock.GetTimestamp();
        for (var sent = 0L; sent < records;)
        {
            try
            {
                producer.Produce(topic, message, Report);
                sent++;
            }
            catch (ProduceException<Null, byte[]> full) when (full.Error.Code is ErrorCode.Local_QueueFull)
            {
                cancellationToken.ThrowIfCancellationRequested();
                producer.Poll(Poll);
            }
        }

        producer.Flush(cancellationToken);
        var elapsed = clock.GetElapsedTime(started);
        return failed == 0 && acknowledged == records
            ? records / elapsed.TotalSeconds
            : throw new InvalidOperationException($"{failed} of {records} records failed, {acknowledged} were acknowledged.");

        // Called by the producer's thread and, while its queue is full, by ours.
        void Report(DeliveryReport<Null, byte[]> report) => Interlocked.Increment(ref report.Error.IsError ? ref failed : ref acknowledged);
    }

    /// <summary>Consumes records from all partitions, from the first on.</summary>
    /// <returns>Records a second, from the first one that came.</returns>
    public double Consume(string bootstrap, string topic, int partitions, long records, CancellationToken cancellationToken)
    {
        var config = new ConsumerConfig { BootstrapServers = bootstrap, GroupId = "load", EnableAutoCommit = false };
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(config).SetLogHandler(static (_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        _ = consumer.Consume(cancellationToken);
        var started = clock.GetTimestamp();
        for (var read = 1L; read < records; read++)
            _ = consumer.Consume(cancellationToken).Message.Value.Length;
        return records / clock.GetElapsedTime(started).TotalSeconds;
    }
}
